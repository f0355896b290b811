#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/base/error.h"
#include "support/base/json.h"

// Reading what tools print, whichever host they run on.
namespace pve_accept::text {

// Empty when the value is missing or null.
std::string text_or_empty(const std::optional<JsonCursor>& value);

inline constexpr std::string_view kBlanks = " \t\r\n";
std::string_view trimmed(std::string_view text);

// Empty unless the whole text is a number.
std::optional<std::int64_t> to_whole(std::string_view text);
std::optional<double> to_number(std::string_view text);  // finite

// The error for a text that a parser does not understand.
HarnessError unexpected(std::string_view source, std::string_view found, std::string_view expected);

}  // namespace pve_accept::text
