#include "suites/unit/mock_shell.h"

namespace pve_accept {

// Here and not in the header: GoogleMock's code for a class is made where its constructor and its
// destructor are, and takes seconds to compile.
MockShell::MockShell(std::string name) : name_(std::move(name)) {}
MockShell::~MockShell() = default;

MockProcess::MockProcess() = default;
MockProcess::~MockProcess() = default;

}  // namespace pve_accept
