#include "support/sim/tools/image_archive.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <istream>
#include <optional>

#include "support/base/error.h"
#include "support/base/json.h"
#include "support/sim/engine/call.h"

namespace pve_accept::sim {
namespace {

constexpr std::int64_t kBlock = 512;
constexpr std::int64_t kMaxManifest = 1 << 20;

using Header = std::array<char, kBlock>;

bool is_compressed(std::istream& in) {
  using namespace std::string_view_literals;
  std::array<char, 6> first{};
  in.seekg(0);
  in.read(first.data(), first.size());
  in.clear();  // shorter than that is no error
  const std::string_view begin(first.data(), first.size());
  // gzip, bzip2, xz, zstd
  constexpr std::array kMagic = {"\x1f\x8b"sv, "BZh"sv,
                                 "\xfd"
                                 "7zXZ"sv,
                                 "\x28\xb5\x2f\xfd"sv};
  return std::ranges::any_of(kMagic,
                             [&](std::string_view magic) { return begin.starts_with(magic); });
}

// An octal number, with blanks or NULs around it.
std::int64_t number_at(const Header& header, std::size_t offset, std::size_t length) {
  std::int64_t number = 0;
  for (std::size_t i = offset; i < offset + length; ++i) {
    const char c = header.at(i);
    if (c == ' ' || c == '\0') continue;
    if (c < '0' || c > '7') throw BadArchive{"archive/tar: invalid tar header"};
    number = number * 8 + (c - '0');
  }
  return number;
}

// The sum of all bytes, those of the sum itself counted as blanks.
void verify_sum(const Header& header) {
  constexpr std::size_t kSum = 148, kSumLength = 8;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool of_sum = i >= kSum && i < kSum + kSumLength;
    sum += of_sum ? ' ' : static_cast<unsigned char>(header.at(i));
  }
  if (sum != number_at(header, kSum, kSumLength)) {
    throw BadArchive{"archive/tar: invalid tar header"};
  }
}

// The text of a file of the archive; empty when it has no such file.
std::optional<std::string> text_in_archive(std::istream& in, std::int64_t size,
                                           std::string_view wanted) {
  for (std::int64_t at = 0; at < size;) {
    if (at + kBlock > size) throw BadArchive{"unexpected EOF"};
    Header header{};
    in.seekg(at);
    in.read(header.data(), kBlock);
    if (header == Header{}) return std::nullopt;  // the end
    verify_sum(header);
    const std::int64_t length = number_at(header, 124, 12);
    at += kBlock;
    if (at + length > size) throw BadArchive{"unexpected EOF"};
    if (wanted == header.data() && length <= kMaxManifest) {
      std::string text(static_cast<std::size_t>(length), '\0');
      in.read(text.data(), length);
      return text;
    }
    at += (length + kBlock - 1) / kBlock * kBlock;
  }
  return std::nullopt;
}

}  // namespace

ImageArchive read_image_archive(std::istream& in) {
  if (is_compressed(in)) throw Unsupported{};
  in.seekg(0, std::ios::end);
  const auto size = static_cast<std::int64_t>(in.tellg());
  const auto text = text_in_archive(in, size, "manifest.json");
  const Json manifest = Json::parse(text.value_or(""), nullptr, /*allow_exceptions=*/false);
  ImageArchive archive{.images = {}, .mib = static_cast<double>(size) / (1024.0 * 1024)};
  try {
    for (const JsonCursor& image : JsonCursor(manifest, "manifest.json").elements()) {
      // "59cf….json", or "blobs/sha256/59cf…"
      std::string id = image.at("Config").string();
      id.erase(0, id.rfind('/') + 1);
      ArchivedImage found{.id = id.substr(0, id.find('.')), .names = {}};
      const auto names = image.find("RepoTags");
      if (names && !names->value().is_null()) {
        for (const JsonCursor& name : names->elements()) found.names.push_back(name.string());
      }
      archive.images.push_back(std::move(found));
    }
  } catch (const InputError&) {
    throw BadArchive{"unrecognized image format"};
  }
  return archive;
}

}  // namespace pve_accept::sim
