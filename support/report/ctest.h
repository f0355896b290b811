#pragma once

#include <filesystem>
#include <string>

#include "support/record/claim_result.h"

// What CTest takes out of a test's output and puts into its Test.xml, from where CDash plots it.
namespace pve_accept {

// The figures of a case, a line each: what was measured, the bounds, the reference, and further
// values likewise, with their units in their names. Empty for what has no number.
std::string ctest_measurements(const ClaimResult& claim);

// A line that attaches a file to the test.
std::string ctest_attachment(const std::string& name, const std::filesystem::path& file);

}  // namespace pve_accept
