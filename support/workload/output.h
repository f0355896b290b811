#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/error.h"
#include "support/base/json.h"

// Reading what the tools in a guest print.
namespace pve_accept::workload {

// Runs a parser over a tool's reply: what is wrong with the reply is the tool's error, not a
// user's. `source` is the command that printed it.
template <typename Parser>
auto read_output(const Json& reply, const std::string& source, Parser parse) {
  try {
    return parse(JsonCursor(reply, source));
  } catch (const InputError& error) {
    throw HarnessError("read a reply of the guest", error.what());
  }
}

// Empty when the value is missing or null.
std::string text_or_empty(const std::optional<JsonCursor>& value);

std::vector<std::string_view> lines(std::string_view text);  // empty ones left out
std::vector<std::string_view> words(std::string_view text);  // parted by any number of blanks
std::string_view trimmed(std::string_view text);

// Empty unless the whole text is a number.
std::optional<std::int64_t> to_whole(std::string_view text);
std::optional<double> to_number(std::string_view text);  // finite

// The error for a text that a parser does not understand.
HarnessError unexpected(std::string_view source, std::string_view found, std::string_view expected);

}  // namespace pve_accept::workload
