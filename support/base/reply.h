#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/error.h"
#include "support/base/json.h"
#include "support/base/text.h"

// Reading the JSON that tools print, whichever host they run on.
namespace pve_accept::text {

// What a tool printed, as JSON; discarded (is_discarded()) when it is none.
Json parse_json(std::string_view text);

// Runs a parser over a tool's reply: what is wrong with the reply is the tool's error, not a
// user's. `source` is the command that printed it.
template <typename Parser>
auto read_reply(const Json& reply, const std::string& source, Parser parse) {
  try {
    return parse(JsonCursor(reply, source));
  } catch (const InputError& error) {
    throw HarnessError("read a tool's reply", error.what());
  }
}

// The same for a reply that is an array, whose elements the parser reads one by one.
template <typename Parser>
auto read_list(const Json& reply, const std::string& source, Parser parse) {
  return read_reply(reply, source, [&parse](const JsonCursor& root) {
    std::vector<decltype(parse(root))> list;
    for (const JsonCursor& entry : root.elements()) list.push_back(parse(entry));
    return list;
  });
}

// Empty when the value is missing or null.
std::string text_or_empty(const std::optional<JsonCursor>& value);

// PVE prints a number as 2048 or as "2048", depending on the place.
std::int64_t whole(const JsonCursor& value);
std::int64_t whole_or_zero(const std::optional<JsonCursor>& value);

// PVE prints a truth as 1, "1" or true, and leaves out what is false.
bool truth(const std::optional<JsonCursor>& value);

}  // namespace pve_accept::text
