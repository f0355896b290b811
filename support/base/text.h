#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/error.h"

// Reading what tools print, whichever host they run on.
namespace pve_accept::text {

// The end of what a tool printed, where the cause of a failure stands: the last ten lines, at most
// 1,000 characters.
std::string tail(std::string_view text);

// What may have several lines, in one; a line break becomes the separator.
std::string one_line(std::string_view text, std::string_view separator = " ");

inline constexpr std::string_view kBlanks = " \t\r\n";
std::string_view trimmed(std::string_view text);

std::string lower_case(std::string text);  // of ASCII
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The text with another one wherever `part` stood in it.
std::string replaced(std::string_view text, std::string_view part, std::string_view with);

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Every part between two separators, empty ones too; "" is one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);
// The parts between any number of any of the separators: none of them is empty.
std::vector<std::string_view> parts(std::string_view text, std::string_view separators);
std::vector<std::string_view> lines(std::string_view text);  // that are not empty
std::vector<std::string_view> words(std::string_view text);  // parted by any number of blanks

// Empty unless the whole text is a number.
std::optional<std::int64_t> to_whole(std::string_view text);
std::optional<double> to_number(std::string_view text);  // finite

// The shortest text that reads as the same number: "0.061", "221249536".
std::string exact(double number);

// Seconds since 1970 of a time in UTC as "2026-06-07T09:30:00Z"; empty for anything else.
std::optional<std::int64_t> to_epoch_s(std::string_view rfc3339);

// The error for a text that a parser does not understand.
HarnessError unexpected(std::string_view source, std::string_view found, std::string_view expected);

}  // namespace pve_accept::text
