#pragma once

#include <string>
#include <string_view>

// Text for a terminal, whoever wrote it.
namespace pve_accept::text {

// The text without anything that a terminal obeys: control characters (ESC among them), marks that
// turn the direction of writing and bytes that are no UTF-8 stand there as "\x1b", a tab as a
// blank. Line breaks stay.
std::string printable(std::string_view text);

// The columns that a printable line takes: two for a wide character, none for a combining one.
int columns(std::string_view line);

// A printable line, cut to at most so many columns; one that was cut ends in "…".
std::string cut(std::string_view line, int columns);

// The beginning of a text, of at most so many bytes and whole characters; what was left out is
// counted at its end.
std::string clipped(std::string_view text, std::size_t bytes);

}  // namespace pve_accept::text
