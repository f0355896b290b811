#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A page as it is built: from elements, attributes and text. Text is text, whatever it holds: what
// markup would read in it is escaped, and what would not show, or would turn the text around it, is
// spelled out. There is no way to put markup in, and names of elements that run or load something,
// style attributes and event handlers do not compile.
namespace pve_accept::html {

class Tag {
 public:
  consteval Tag(const char* name) : name_(name) {
    for (const std::string_view forbidden :
         {"script", "style", "iframe", "object", "embed", "base", "form", "link", "meta"}) {
      if (forbidden == name_) throw "not in a page that reads without its scripts and styles";
    }
  }

  std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

class AttributeName {
 public:
  consteval AttributeName(const char* name) : name_(name) {
    if (name_ == "style" || name_.substr(0, 2) == "on") throw "no page of ours has such attributes";
  }

  std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

struct Attribute {
  AttributeName name;
  std::string value;
};

inline Attribute attr(AttributeName name, std::string value) { return {name, std::move(value)}; }
// A coordinate or a length, to a tenth of a pixel.
Attribute attr(AttributeName name, double value);
inline Attribute cls(std::string names) { return {"class", std::move(names)}; }

// What a text reads as between tags, or within an attribute's quotes.
std::string escaped(std::string_view text);

// The text, cut where it is longer than anybody reads, which it says then.
std::string shortened(std::string_view text, std::size_t longest_bytes = 3000);

class Element {
 public:
  explicit Element(Tag tag) : tag_(tag) {}

  Element& add(const Attribute& attribute);
  Element& add(const Element& child);
  // Shortened.
  Element& add(std::string_view text);
  template <class Part>
  Element& add(const std::vector<Part>& parts) {
    for (const Part& part : parts) add(part);
    return *this;
  }
  template <class Part>
  Element& add(const std::optional<Part>& part) {
    if (part) add(*part);
    return *this;
  }

  std::size_t size() const { return attributes_.size() + content_.size(); }
  std::string markup() const;

 private:
  Tag tag_;
  std::string attributes_;
  std::string content_;
};

// An element with its attributes and its content, in their order.
template <class... Parts>
Element el(Tag tag, const Parts&... parts) {
  Element element(tag);
  (element.add(parts), ...);
  return element;
}

}  // namespace pve_accept::html
