#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/error.h"
#include "support/base/json.h"
#include "support/base/text.h"

// Reading what PVE's tools print.
namespace pve_accept::pve {

using text::text_or_empty;
using text::to_number;
using text::to_whole;
using text::trimmed;
using text::unexpected;

// Runs a parser over a tool's reply: what is wrong with the reply is the tool's error, not a
// user's. `source` is the command that printed it.
template <typename Parser>
auto read_reply(const Json& reply, const std::string& source, Parser parse) {
  try {
    return parse(JsonCursor(reply, source));
  } catch (const InputError& error) {
    throw HarnessError("read a reply of the node", error.what());
  }
}

// PVE prints a number as 2048 or as "2048", depending on the place.
std::int64_t whole(const JsonCursor& value);
std::int64_t whole_or_zero(const std::optional<JsonCursor>& value);

// PVE prints a truth as 1, "1" or true, and leaves out what is false.
bool truth(const std::optional<JsonCursor>& value);

// The lines of a text, without their newlines.
std::vector<std::string_view> lines(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace pve_accept::pve
