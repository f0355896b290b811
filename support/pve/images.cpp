#include "support/pve/images.h"

#include <fmt/format.h>

#include "support/base/reply.h"
#include "support/base/version.h"

namespace pve_accept {
namespace {

constexpr const char* kIndexFile = "/var/lib/pve-manager/apl-info/download.proxmox.com";
constexpr std::chrono::seconds kDigestDeadline{300};

constexpr std::size_t kSha512Digits = 128;

bool is_sha512(std::string_view text) {
  return text.size() == kSha512Digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "13.6-1" of "debian-13-standard_13.6-1_amd64.tar.zst".
std::string_view version_in(std::string_view file_name) {
  const std::size_t start = file_name.find('_');
  if (start == std::string_view::npos) return {};
  const std::size_t end = file_name.find('_', start + 1);
  return end == std::string_view::npos ? std::string_view()
                                       : file_name.substr(start + 1, end - start - 1);
}

// A stanza of the index, as far as it matters here.
struct Stanza {
  std::string_view location;
  std::string_view sha512;
};

void add(const Stanza& stanza, std::map<std::string, std::string>& digests) {
  if (stanza.location.empty() || stanza.sha512.empty()) return;
  if (!is_sha512(stanza.sha512)) {
    throw text::unexpected("the appliance index", stanza.sha512, "a SHA-512 digest");
  }
  digests.emplace(file_name_of(stanza.location), stanza.sha512);
}

}  // namespace

std::string file_name_of(std::string_view volid_or_path) {
  const std::size_t slash = volid_or_path.rfind('/');
  if (slash != std::string_view::npos) volid_or_path.remove_prefix(slash + 1);
  return std::string(volid_or_path);
}

std::optional<Volume> newest_template(const std::vector<Volume>& volumes, std::string_view name) {
  std::optional<Volume> newest;
  for (const Volume& volume : volumes) {
    const std::string file = file_name_of(volume.volid);
    if (volume.content != "vztmpl" || !file.starts_with(fmt::format("{}_", name))) continue;
    if (version_in(file).empty()) continue;  // not named as the index names its templates
    if (!newest || version_less(version_in(file_name_of(newest->volid)), version_in(file))) {
      newest = volume;
    }
  }
  return newest;
}

std::map<std::string, std::string> parse_appliance_index(std::string_view text) {
  std::map<std::string, std::string> digests;
  Stanza stanza;
  for (const std::string_view line : text::split(text, '\n')) {
    if (text::trimmed(line).empty()) {
      add(stanza, digests);
      stanza = {};
      continue;
    }
    if (line.front() == ' ' || line.front() == '\t') continue;  // a description goes on
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) {
      throw text::unexpected("the appliance index", line, "\"Key: value\"");
    }
    const std::string_view key = line.substr(0, colon);
    const std::string_view value = text::trimmed(line.substr(colon + 1));
    if (key == "Location") stanza.location = value;
    if (key == "sha512sum") stanza.sha512 = value;
  }
  add(stanza, digests);
  if (digests.empty()) throw text::unexpected("the appliance index", text, "published templates");
  return digests;
}

std::string parse_sha512sum(std::string_view text) {
  const std::string_view digest = text.substr(0, text.find(' '));
  if (!is_sha512(digest)) throw text::unexpected("`sha512sum`", text, "a SHA-512 digest");
  return std::string(digest);
}

std::optional<std::map<std::string, std::string>> appliance_index(Shell& node) {
  const Command command = reading({"cat", kIndexFile});
  const CommandResult result = node.run(command);
  const bool missing = text::contains(result.err, "No such file or directory");
  if (result.exit_status != 0 && missing) return std::nullopt;
  if (result.exit_status != 0) throw unusable(node, command, result, "read the appliance index");
  return parse_appliance_index(result.out);
}

std::optional<std::string> find_sha512(Shell& node, const std::string& path) {
  const Command command = reading({"sha512sum", path}, kDigestDeadline);
  const CommandResult result = node.run(command);
  if (result.exit_status == 1 && text::contains(result.err, "No such file")) return std::nullopt;
  if (result.exit_status != 0) {
    throw unusable(node, command, result, fmt::format("checksum {}", path));
  }
  if (!text::trimmed(result.out).ends_with("  " + path)) {
    throw text::unexpected("`sha512sum`", result.out, "the digest of " + path);
  }
  return parse_sha512sum(result.out);
}

QemuImage parse_qemu_info(const Json& reply) {
  return text::read_reply(reply, "qemu-img info", [](const JsonCursor& root) {
    QemuImage image{.format = root.at("format").string(),
                    .virtual_size_bytes = root.at("virtual-size").integer()};
    if (image.format == "qcow2") {
      image.corrupt = text::truth(root.at("format-specific").at("data").find("corrupt"));
    }
    return image;
  });
}

QemuImage::Check parse_qemu_check(const Json& reply) {
  return text::read_reply(reply, "qemu-img check", [](const JsonCursor& root) {
    return QemuImage::Check{.errors = root.at("check-errors").integer(),
                            .corruptions = text::whole_or_zero(root.find("corruptions"))};
  });
}

QemuImage inspect_image(Shell& node, const std::string& path) {
  const std::string attempted = fmt::format("inspect image {}", path);
  QemuImage image = parse_qemu_info(
      run_json(node, reading({"qemu-img", "info", "--output=json", path}), attempted));
  if (image.format != "qcow2") return image;
  const Command command = reading({"qemu-img", "check", "--output=json", path}, kDigestDeadline);
  const CommandResult result = node.run(command);
  // 2: corruptions were found, whose count is in the reply; 3: leaks only, which harm nothing.
  const bool checked =
      result.exit_status == 0 || result.exit_status == 2 || result.exit_status == 3;
  const Json reply = text::parse_json(result.out);
  if (!checked || reply.is_discarded()) throw unusable(node, command, result, attempted);
  image.check = parse_qemu_check(reply);
  if (result.exit_status == 2 && image.check->corruptions == 0) image.check->corruptions = 1;
  return image;
}

std::optional<QemuImage> image_at(Shell& node, const std::string& path) {
  try {
    return inspect_image(node, path);
  } catch (const HarnessError& error) {
    // Any other exit status, as of a shell that cannot start qemu-img, says nothing of the file.
    constexpr int kNotOpened = 1;
    const HarnessError::Details& details = error.details();
    if (details.exit_status == kNotOpened &&
        details.output_tail.find("No such file") != std::string::npos) {
      return std::nullopt;
    }
    throw;
  }
}

}  // namespace pve_accept
