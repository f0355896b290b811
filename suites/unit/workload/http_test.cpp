#include "support/workload/http.h"

#include <fmt/format.h>

#include "suites/unit/matchers.h"
#include "suites/unit/workload/scripted_guest.h"

namespace pve_accept {
namespace {

class WorkloadHttp : public testing::Test {
 protected:
  int status_when(const CommandResult& result) {
    ON_CALL(guest.shell, run(CommandLineHas("curl -s -o /dev/null"))).WillByDefault(Return(result));
    return http_status(guest.shell, "http://localhost:8080/");
  }
  // nginx listens on port 8080, nobody on another.
  static CommandResult asked_of(int port) {
    return recorded("curl-nginx.txt",
                    fmt::format("curl -s -o /dev/null -w '%{{http_code}} %header{{server}}' "
                                "--max-time 10 http://localhost:{}/",
                                port));
  }

  MockGuest guest;
};

TEST_F(WorkloadHttp, StatusIsTheServers) {
  EXPECT_EQ(status_when(asked_of(8080)), 200);
  EXPECT_EQ(status_when(prints("502")), 502);
}

TEST_F(WorkloadHttp, StatusIsZeroWhenNothingAnswers) {
  EXPECT_EQ(status_when(asked_of(8081)), 0);
  EXPECT_EQ(status_when(recorded("debian-12-tools.txt",
                                 "curl -s -o /dev/null -w %{http_code} --max-time 1 "
                                 "http://192.0.2.77/")),
            0);
}

TEST_F(WorkloadHttp, AnotherServersPageIsAnError) {
  EXPECT_THROW(status_when(prints("200 lighttpd/1.4.79")), HarnessError);
  EXPECT_THROW(status_when(prints("200 ")), HarnessError);
}

TEST_F(WorkloadHttp, CurlThatCannotTryIsAnError) {
  EXPECT_THROW(status_when(fails(127, "curl: not found")), HarnessError);
  EXPECT_THROW(status_when(recorded("debian-12-tools.txt",
                                    "curl -s -o /dev/null -w %{http_code} --max-time 10 "
                                    "http://nosuch.invalid/")),
               HarnessError);
  EXPECT_THROW(status_when(prints("")), HarnessError);
  EXPECT_THROW(status_when(prints("000")), HarnessError);
  EXPECT_THROW(status_when(prints("20")), HarnessError);
  EXPECT_THROW(status_when(prints("2OO nginx")), HarnessError);
}

}  // namespace
}  // namespace pve_accept
