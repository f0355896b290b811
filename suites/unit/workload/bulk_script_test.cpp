#include <cstdlib>

#include "suites/unit/matchers.h"
#include "suites/unit/running_script.h"
#include "support/workload/bulk_transfer.h"

namespace pve_accept {
namespace {

class BulkScript : public RunningScript {
 public:
  BulkScript(const std::string& environment, const std::string& arguments)
      : RunningScript("bulk.pl", arguments, {.environment = environment}) {}
};

constexpr const char* kSession = "SSH_CONNECTION='127.0.0.1 50000 127.0.0.1 22'";

TEST(BulkScriptTest, MovesAllBytesBothWays) {
  BulkScript guest(kSession, "--listen --bytes 32000000");
  const std::string port = guest.line();
  BulkScript node("", "--connect 127.0.0.1 --bytes 32000000 --port " + port);
  const BulkTransfer seen = parse_bulk_transfer(node.line());
  EXPECT_EQ(seen.to_guest.bytes, 32000000);
  EXPECT_EQ(seen.from_guest.bytes, 32000000);
  EXPECT_EQ(node.end(), 0);
  EXPECT_EQ(guest.end(), 0);
}

TEST(BulkScriptTest, SaysThatTheOtherSideHasGone) {
  BulkScript guest(kSession, "--listen --bytes 1000");  // and closes after as many
  const std::string port = guest.line();
  BulkScript node("", "--connect 127.0.0.1 --bytes 9000000 --port " + port);
  EXPECT_THAT(node.line(), HasSubstr("bulk: the "));
  EXPECT_NE(node.end(), 0);
}

TEST(BulkScriptTest, TakesOnlyTheHostOfItsSession) {
  BulkScript guest("SSH_CONNECTION='127.0.0.2 50000 127.0.0.1 22'", "--listen --bytes 32000000");
  const std::string port = guest.line();
  BulkScript stranger("", "--connect 127.0.0.1 --bytes 9000000 --port " + port);
  EXPECT_THAT(stranger.line(), HasSubstr("bulk: the "));
  // Turned away, while the one that was meant is still waited for; here it hangs up at once.
  const std::string hang_up =
      "perl -MIO::Socket::IP -e 'IO::Socket::IP->new(LocalHost => "
      "\"127.0.0.2\", PeerHost => \"127.0.0.1\", PeerPort => " +
      port + ") or die'";
  EXPECT_EQ(std::system(hang_up.c_str()), 0);
  EXPECT_THAT(guest.line(), HasSubstr("bulk: the "));
  EXPECT_NE(guest.end(), 0);
}

TEST(BulkScriptTest, ListensOnlyInASession) {
  BulkScript guest("env -u SSH_CONNECTION", "--listen --bytes 1000");
  EXPECT_THAT(guest.line(), HasSubstr("no SSH session"));
  EXPECT_NE(guest.end(), 0);
}

TEST(BulkScriptTest, RefusesBadArguments) {
  for (const char* arguments :
       {"", "--listen", "--listen --bytes 0", "--connect h --bytes 1",
        "--listen --connect h --port 1 --bytes 1", "--listen --bytes 1 x"}) {
    EXPECT_EQ(BulkScript(kSession, arguments).end(), 64) << arguments;
  }
}

}  // namespace
}  // namespace pve_accept
