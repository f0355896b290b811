#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/fact.h"
#include "support/base/guest_kind.h"
#include "support/base/json.h"

// One list of a struct's fields serves reading it from JSON, writing it, refusing keys that it does
// not have and naming the place of an error:
//
//   struct Cpu { std::string model; int cpus = 0; std::optional<std::string> governor; };
//   template <class Fields> void visit(Cpu& cpu, Fields& fields) {
//     fields("model", cpu.model, required);
//     fields("cpus", cpu.cpus, between(1, 4096));
//     fields("governor", cpu.governor);
//   }
//   const Cpu cpu = read_fields<Cpu>(JsonCursor(document, "node.json"));
//   const Json json = write_fields(cpu);
//
// A field that is missing keeps what the struct has by default; an empty std::optional is null, and
// null is read as an empty one; a number that is not finite is null too. A type of its own (an
// enumeration, a time) takes part by `void read_field(const JsonCursor&, T&)` and `Json
// write_field(const T&)` beside it. What follows a field is a rule that its value keeps,
// `required`, or one of between(), matching() and so on.
namespace pve_accept {

// The key has to be there.
struct Required {};
inline constexpr Required required;

// A null is read as if the key were not there.
struct NullKeepsDefault {};
inline constexpr NullKeepsDefault null_keeps_default;

// Not written at all while the std::optional or the list is empty.
struct IfSet {};
inline constexpr IfSet if_set;

// A rule: throws InputError by place.fail() when the value breaks it.
template <class Check>
struct Rule {
  Check check;
};
template <class Check>
Rule(Check) -> Rule<Check>;

inline auto between(std::int64_t lowest, std::int64_t highest) {
  return Rule{[=](const JsonCursor& place) { place.integer_between(lowest, highest); }};
}

// A text that matches an ECMAScript expression; `expected` says it in words.
inline auto matching(const char* pattern, std::string_view expected) {
  return Rule{[=](const JsonCursor& place) { place.require_match(pattern, expected); }};
}

inline constexpr auto not_negative = Rule{[](const JsonCursor& place) {
  if (place.number() < 0) {
    place.fail(fmt::format("must not be negative, found {}", place.value().dump()));
  }
}};

class FieldReader;
class FieldWriter;

template <class T>
concept HasFields = requires(T& value, FieldReader& reader) {
  visit(value, reader);
};
template <class T>
concept HasReader = requires(const JsonCursor& place, T& value) {
  read_field(place, value);
};
template <class T>
concept HasCheck = requires(const JsonCursor& place, const T& value) {
  check_fields(place, value);
};
// Becomes a T and nothing that a T could be converted into.
template <class T>
struct Exactly {
  template <std::same_as<T> U>
  operator const U&() const;
};
template <class T>
concept HasWriter = requires(Exactly<T> value) {
  write_field(value);
};

// For an enumeration: reads the value that `name` gives that text to.
template <class Enum, class Range, class Name>
Enum read_choice(const JsonCursor& place, const Range& choices, Name name) {
  std::vector<std::string> names;
  for (const Enum choice : choices) {
    names.emplace_back(name(choice));
    if (place.value() == names.back()) return choice;
  }
  place.fail(
      fmt::format("expected one of {}, found {}", fmt::join(names, ", "), place.value().dump()));
}

// "lxc" or "vm".
inline void read_field(const JsonCursor& place, GuestKind& kind) {
  kind = read_choice<GuestKind>(place, kGuestKinds, [](GuestKind each) { return to_string(each); });
}
inline Json write_field(const GuestKind& kind) { return to_string(kind); }

template <class T>
void read_value(const JsonCursor& place, T& value);
template <class T>
Json write_value(const T& value);

// Reads those fields of an object that are there, and remembers which it knows.
class FieldReader {
 public:
  explicit FieldReader(const JsonCursor& object) : object_(object) {}

  template <class T, class... Rules>
  void operator()(const char* name, T& value, const Rules&... rules) {
    known_.emplace_back(name);
    const auto member = object_.find(name);
    if (!member) {
      (require(name, rules), ...);
    } else if (!member->value().is_null()) {
      (apply(*member, rules), ...);
      read_value(*member, value);
    } else if (!(std::same_as<Rules, NullKeepsDefault> || ...)) {
      read_value(*member, value);
    }
  }

  void refuse_others() const { object_.allow_only(known_); }

 private:
  void require(const char* name, Required /*rule*/) const { object_.at(name); }
  template <class R>
  void require(const char* /*name*/, const R& /*rule*/) const {}

  template <class R>
  static void apply(const JsonCursor& /*place*/, const R& /*rule*/) {}
  template <class Check>
  static void apply(const JsonCursor& place, const Rule<Check>& rule) {
    rule.check(place);
  }

  const JsonCursor& object_;
  std::vector<std::string_view> known_;
};

class FieldWriter {
 public:
  template <class T, class... Rules>
  void operator()(const char* name, const T& value, const Rules&... /*rules*/) {
    if ((std::same_as<Rules, IfSet> || ...) && !is_set(value)) return;
    object_[name] = write_value(value);
  }

  Json object() && { return std::move(object_); }

 private:
  template <class T>
  static bool is_set(const T& value) {
    if constexpr (requires {
                    value.problem;
                    value.has_value();
                  }) {
      return value.has_value() || !value.problem.empty();
    } else if constexpr (requires { value.has_value(); }) {
      return value.has_value();
    } else if constexpr (requires { value.empty(); }) {
      return !value.empty();
    } else {
      return true;
    }
  }

  Json object_ = Json::object();
};

// Throws InputError that names the place of what is wrong.
template <class T>
T read_fields(const JsonCursor& place) {
  T value{};
  read_value(place, value);
  return value;
}

template <class T>
Json write_fields(const T& value) {
  return write_value(value);
}

// ---- how each type is read and written ---------------------------------------------------------

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_fact = false;
template <class T>
inline constexpr bool is_fact<Fact<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool is_guest_map = false;
template <class T>
inline constexpr bool is_guest_map<std::map<GuestKind, T>> = true;
template <class T>
inline constexpr bool is_duration = false;
template <class R, class P>
inline constexpr bool is_duration<std::chrono::duration<R, P>> = true;

}  // namespace detail

template <class T>
void read_value(const JsonCursor& place, T& value) {
  if constexpr (HasReader<T>) {
    read_field(place, value);
  } else if constexpr (HasFields<T>) {
    FieldReader reader(place);
    visit(value, reader);
    reader.refuse_others();
    if constexpr (HasCheck<T>) check_fields(place, value);
  } else if constexpr (detail::is_fact<T>) {
    value = T{};
    if (place.value().is_object() && place.find("problem")) {
      value.problem = place.at("problem").string();
    } else {
      read_value(place, static_cast<std::optional<typename T::value_type>&>(value));
    }
  } else if constexpr (detail::is_optional<T>) {
    if (place.value().is_null()) {
      value.reset();
    } else {
      typename T::value_type held{};
      read_value(place, held);
      value = std::move(held);
    }
  } else if constexpr (detail::is_vector<T>) {
    value.clear();
    for (const JsonCursor& element : place.elements()) read_value(element, value.emplace_back());
  } else if constexpr (detail::is_map<T>) {
    value.clear();
    for (const auto& [key, member] : place.members()) read_value(member, value[key]);
  } else if constexpr (detail::is_guest_map<T>) {
    for (const auto& [key, member] : place.members()) {
      const auto kind = guest_kind(key);
      if (!kind) member.fail("unknown key; known here: lxc, vm");
      read_value(member, value[*kind]);
    }
  } else if constexpr (detail::is_duration<T>) {
    value = T(place.integer());  // in the duration's own unit, which the key names
  } else if constexpr (std::same_as<T, Json>) {
    value = place.value();
  } else if constexpr (std::same_as<T, bool>) {
    value = place.boolean();
  } else if constexpr (std::integral<T>) {
    constexpr auto kHighest = static_cast<std::int64_t>(
        std::min<std::uint64_t>(std::numeric_limits<T>::max(), INT64_MAX));
    constexpr auto kLowest = static_cast<std::int64_t>(std::numeric_limits<T>::min());
    value = static_cast<T>(place.integer_between(kLowest, kHighest));
  } else if constexpr (std::floating_point<T>) {
    value = static_cast<T>(place.number());
  } else if constexpr (std::same_as<T, std::filesystem::path>) {
    value = place.string();
  } else {
    static_assert(std::same_as<T, std::string>, "give the type a field list or read_field()");
    value = place.string();
  }
}

template <class T>
Json write_value(const T& value) {
  if constexpr (HasWriter<T>) {
    return write_field(value);
  } else if constexpr (HasFields<T>) {
    FieldWriter writer;
    visit(const_cast<T&>(value), writer);  // one list for both directions; a writer only reads
    return std::move(writer).object();
  } else if constexpr (detail::is_fact<T>) {
    if (!value && !value.problem.empty()) return {{"problem", value.problem}};
    return value ? write_value(*value) : Json(nullptr);
  } else if constexpr (detail::is_optional<T>) {
    return value ? write_value(*value) : Json(nullptr);
  } else if constexpr (detail::is_vector<T>) {
    Json array = Json::array();
    for (const auto& element : value) array.push_back(write_value(element));
    return array;
  } else if constexpr (detail::is_map<T>) {
    Json object = Json::object();
    for (const auto& [key, member] : value) object[key] = write_value(member);
    return object;
  } else if constexpr (detail::is_guest_map<T>) {
    Json object = Json::object();
    for (const auto& [kind, member] : value) object[to_string(kind)] = write_value(member);
    return object;
  } else if constexpr (std::floating_point<T>) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
  } else if constexpr (std::same_as<T, std::filesystem::path>) {
    return value.string();
  } else if constexpr (detail::is_duration<T>) {
    return value.count();
  } else {
    return value;
  }
}

}  // namespace pve_accept

// The list of a struct whose keys are its members' names and which has no rules; it stands in the
// namespace of the struct.
#define PVE_ACCEPT_FIELD(member) fields(#member, value.member);
#define PVE_ACCEPT_FIELDS(Struct, ...)                                       \
  template <class Fields>                                                    \
  void visit(Struct& value, Fields& fields) {                                \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(PVE_ACCEPT_FIELD, __VA_ARGS__)) \
  }

// The list of a struct that many read or write is only declared in its header, and stands in one
// .cpp file, which ends in this: it is much to compile.
// NOLINTBEGIN(bugprone-macro-parentheses): it names a type
#define PVE_ACCEPT_COMPILE_FIELDS(Struct)                  \
  template void visit(Struct& value, FieldReader& fields); \
  template void visit(Struct& value, FieldWriter& fields)
// NOLINTEND(bugprone-macro-parentheses)
