#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/error.h"
#include "support/base/json.h"
#include "support/base/text.h"

// Reading what the tools in a guest print.
namespace pve_accept::workload {

using text::text_or_empty;
using text::to_number;
using text::to_whole;
using text::trimmed;
using text::unexpected;

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

std::vector<std::string_view> lines(std::string_view text);  // empty ones left out
std::vector<std::string_view> words(std::string_view line);  // parted by any number of blanks

}  // namespace pve_accept::workload
