#pragma once

#include <filesystem>

#include "support/base/json.h"

namespace pve_accept {

// read_strict_json(), and a number that is too large for JSON's readers is an InputError that names
// its JSON path as well.
Json read_document(const std::filesystem::path& file);

// The same for a text; `source` names it in errors.
Json parse_document(std::string_view text, const std::string& source);

}  // namespace pve_accept
