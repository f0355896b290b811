#include "support/record/lab_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "support/base/error.h"
#include "support/base/text.h"
#include "support/record/image_archives.h"
#include "support/record/lab_fields.h"

namespace pve_accept {
namespace {

bool names_a_secret(const std::string& written) {
  const std::string key = text::lower_case(written);
  static constexpr std::array kWords = {"password", "passwd",  "passphrase", "secret",
                                        "token",    "private", "api_key"};
  return std::ranges::any_of(kWords, [&](const char* word) { return text::contains(key, word); });
}

// Said before anything else: a secret is wrong wherever it stands, and is not repeated.
void refuse_secrets(const JsonCursor& place) {
  if (place.value().is_array()) {
    for (const JsonCursor& element : place.elements()) refuse_secrets(element);
  }
  if (!place.value().is_object()) return;
  for (const auto& [key, member] : place.members()) {
    if (names_a_secret(key)) {
      member.fail("no secret belongs in this file; keys come from the SSH agent or ~/.ssh/config");
    }
    refuse_secrets(member);
  }
}

}  // namespace

std::string_view to_string(DockerSource source) {
  switch (source) {
    case DockerSource::kOfficial:
      return "official";
    case DockerSource::kDistribution:
      return "distribution";
    case DockerSource::kPreinstalled:
      return "preinstalled";
  }
  return "official";
}

std::string_view to_string(ImageSource source) {
  return source == ImageSource::kPull ? "pull" : "load";
}

LabConfig LabConfig::load(const std::filesystem::path& file) {
  const Json document = read_strict_json(file);
  LabConfig config = parse(document, file.string());
  if (!config.images.directory) return config;
  const auto directory = std::filesystem::absolute(file).parent_path() / *config.images.directory;
  config.images.directory = directory.lexically_normal().string();
  if (config.images.source != ImageSource::kLoad) return config;
  try {
    image_archives(*config.images.directory);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: images/directory: {}", file.string(), error.what()));
  }
  return config;
}

LabConfig LabConfig::parse(const Json& document, const std::string& source) {
  const JsonCursor place(document, source);
  refuse_secrets(place);
  return read_fields<LabConfig>(place);
}

}  // namespace pve_accept
