#include <gtest/gtest.h>

#include <cstdio>

// Exit status: 0 every claim held, 1 one did not (false, or it could not be told), 77 the claim is
// declared not applicable, 2 no claim has that name: a run of nothing is no success.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int status = RUN_ALL_TESTS();
  const testing::UnitTest& tests = *testing::UnitTest::GetInstance();
  if (testing::GTEST_FLAG(list_tests)) return status;
  if (tests.test_to_run_count() == 0) {
    std::fputs("no claim matches the filter\n", stderr);
    return 2;
  }
  if (status != 0) return 1;
  return tests.successful_test_count() == 0 ? 77 : 0;
}
