#include "support/pve/serial_console.h"

#include <fmt/format.h>

#include "suites/unit/matchers.h"
#include "suites/unit/mock_shell.h"
#include "suites/unit/recorded.h"
#include "suites/unit/scripted_process.h"

namespace pve_accept {
namespace {

using namespace std::chrono_literals;

enum RecordedBoot { kNoisyFirstBoot, kFirstBoot, kSecondBoot };

std::string recorded_console(RecordedBoot boot) {
  return recorded("cloud-init-console.txt", "perl - /var/run/qemu-server/9000.serial0 900", boot)
      .out;
}

constexpr std::string_view kEd25519 =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEl8QYhd9JuMqtH+NpqfklfSZ85HldvQx9/+uPl7UGMA";

std::string block_of(const std::string& lines) {
  return "-----BEGIN SSH HOST KEY KEYS-----\r\n" + lines +
         "\r\n-----END SSH HOST KEY KEYS-----\r\n";
}

TEST(HostKeysOnConsole, AreThoseThatTheRecordedFirstBootPrinted) {
  const auto keys = host_keys_on_console(recorded_console(kFirstBoot));
  EXPECT_THAT(keys,
              ElementsAre(StartsWith("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAA"),
                          kEd25519, StartsWith("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7M")));
  EXPECT_EQ(host_keys_on_console(recorded_console(kNoisyFirstBoot)).size(), 3U);
}

TEST(HostKeysOnConsole, AreNotPrintedByTheRecordedSecondBoot) {
  const std::string text = recorded_console(kSecondBoot);
  EXPECT_THAT(text, HasSubstr("spike-vm login:"));
  EXPECT_THAT(host_keys_on_console(text), IsEmpty());
}

// However far the console has come: all of the keys or none.
TEST(HostKeysOnConsole, CountOnlyWhenTheirBlockIsWhole) {
  const std::string text = recorded_console(kFirstBoot);
  const auto all = host_keys_on_console(text);
  ASSERT_EQ(all.size(), 3U);
  const auto end = text.find("-----END SSH HOST KEY KEYS-----") + 31;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto keys = host_keys_on_console(text.substr(0, size));
    ASSERT_EQ(keys, size < end ? std::vector<std::string>{} : all) << size;
  }
}

TEST(HostKeysOnConsole, AreFoundAmongWhatElseIsPrinted) {
  const std::string text = fmt::format(
      "spike-vm login: <14>Jun  7 08:50:35 ec2: -----BEGIN SSH HOST KEY KEYS-----\r\n"
      "[   35.1] virtio_net: something of the kernel\r\n"
      "<14>Jun  7 08:50:35 ec2: {} root@spike-vm\r\n"
      "\r\r\n"
      "[\x1b[0;32m  OK  \x1b[0m] Finished \x1b[0;1;39msome.service\x1b[0m.\r\r\n"
      "\x1b]104\a\x1b[32766;32766H\x1b"
      "c-----END SSH HOST KEY KEYS-----[   35.2] more\r\n",
      kEd25519);
  EXPECT_THAT(host_keys_on_console(text), ElementsAre(kEd25519));
}

TEST(HostKeysOnConsole, AreTakenFromNowhereElse) {
  const std::string key(kEd25519);
  EXPECT_THAT(host_keys_on_console(""), IsEmpty());
  EXPECT_THAT(host_keys_on_console(key + "\r\n"), IsEmpty());
  EXPECT_THAT(host_keys_on_console(block_of("") + key + "\r\n"), IsEmpty());
  EXPECT_THAT(host_keys_on_console(key + "\r\n-----END SSH HOST KEY KEYS-----\r\n"), IsEmpty());
}

TEST(HostKeysOnConsole, AreWellFormed) {
  const std::string key(kEd25519);
  ASSERT_THAT(host_keys_on_console(block_of(key)), ElementsAre(key));
  const std::vector<std::string> all_broken = {
      key.substr(0, key.size() - 4),                        // its end is missing
      key + "AAAA",                                         // something was added
      "ssh-ed25519 AAAA",                                   // there is hardly any of it
      "ssh-ed25519 ",                                       // nothing of it
      "ssh-ed25519",                                        //
      key.substr(0, 40) + "[  35.1]" + key.substr(40),      // a message came between
      key.substr(0, 40) + "\r\n[  35.1]" + key.substr(40),  //
      key.substr(0, 40) + key.substr(44),                   // its middle is missing
      "ssh-rsa" + key.substr(key.find(' ')),                // of another type than it says
      "ssh-dss AAAAB3NzaC1kc3MAAAAA",                       // of a type that is not accepted
      "x" + key,                                            //
      "256 SHA256:jiTy94MWxb+MUn0RtxKDqWTVuJus9K2lM0h7QRZ4lrc root@spike-vm (ED25519)",
  };
  for (const std::string& broken : all_broken) {
    EXPECT_THAT(host_keys_on_console(block_of(broken)), IsEmpty()) << broken;
  }
}

TEST(HostKeysOnConsole, AreThoseOfTheLastWholeBlock) {
  const std::string later =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHadsCHcG4cs2UxICj8YFJnD7Q6tMOdDbUhL"
      "oMTNMRLn";
  const std::string text = block_of(std::string(kEd25519)) + block_of(later);
  EXPECT_THAT(host_keys_on_console(text), ElementsAre(later));
  EXPECT_THAT(host_keys_on_console(text + "-----BEGIN SSH HOST KEY KEYS-----\r\n"),
              ElementsAre(later));
}

class SerialConsoleTest : public testing::Test {
 protected:
  SerialConsole console_that_prints(std::vector<ScriptedLine> lines, Clock::Duration end = 1h) {
    EXPECT_CALL(node_, start(_))
        .WillOnce(Return(ByMove(std::make_unique<ScriptedProcess>(clock_, std::move(lines),
                                                                  ScriptedProcess::End{end}))));
    return {node_, Vmid(9000)};
  }

  static std::vector<ScriptedLine> keys_at(Clock::Duration at) {
    return {{at, "-----BEGIN SSH HOST KEY KEYS-----\r"},
            {at, std::string(kEd25519) + " root@spike-vm\r"},
            {at + 1s, "-----END SSH HOST KEY KEYS-----\r"}};
  }

  FakeClock clock_;
  testing::StrictMock<MockShell> node_;
};

TEST_F(SerialConsoleTest, IsReadFromTheSocketOfTheVm) {
  EXPECT_CALL(node_, start(CommandLine("perl - /var/run/qemu-server/9000.serial0 86400")))
      .WillOnce([](const Command& command) {
        EXPECT_THAT(command.input, HasSubstr("IO::Socket::UNIX"));
        EXPECT_GT(command.deadline, 900s);
        return nullptr;
      });
  SerialConsole(node_, Vmid(9000));
}

TEST_F(SerialConsoleTest, TellsTheKeysOnceTheyHaveArrived) {
  SerialConsole console = console_that_prints(keys_at(30s));
  EXPECT_THAT(console.host_keys(), IsEmpty());
  EXPECT_EQ(clock_.now(), Clock::Instant{});  // looking takes no time
  clock_.sleep_for(30s);
  EXPECT_THAT(console.host_keys(), IsEmpty());
  clock_.sleep_for(1s);
  EXPECT_THAT(console.host_keys(), ElementsAre(kEd25519));
  EXPECT_THAT(console.host_keys(), ElementsAre(kEd25519));
}

TEST_F(SerialConsoleTest, IsLetGoWhenTheKeysAreKnown) {
  auto process = std::make_unique<testing::StrictMock<MockProcess>>();
  std::vector<std::string> lines = {"-----END SSH HOST KEY KEYS-----\r", std::string(kEd25519),
                                    "-----BEGIN SSH HOST KEY KEYS-----\r"};
  EXPECT_CALL(*process, next_line(_)).Times(4).WillRepeatedly([&]() -> std::optional<OutputLine> {
    if (lines.empty()) return std::nullopt;
    const OutputLine line{OutputLine::Stream::kOut, lines.back(), {}};
    lines.pop_back();
    return line;
  });
  EXPECT_CALL(*process, ended()).WillOnce(Return(false));
  EXPECT_CALL(node_, start(_)).WillOnce(Return(ByMove(std::move(process))));
  SerialConsole console(node_, Vmid(9000));
  console.host_keys();
  console.host_keys();  // asks no process any more
}

TEST_F(SerialConsoleTest, SaysWhatItShowedInsteadOfKeys) {
  SerialConsole silent = console_that_prints({});
  silent.host_keys();
  EXPECT_EQ(silent.trouble(), "its serial console stayed silent");
  SerialConsole other =
      console_that_prints({{0s, "[\x1b[0;32m  OK  \x1b[0m] Started x.service.\r\r"},
                           {0s, "\x1b[!p\x1b]104\a\r"},
                           {0s, "a warning of perl", OutputLine::Stream::kErr}});
  other.host_keys();
  EXPECT_EQ(other.trouble(),
            "its serial console showed no host keys (last line: \"[  OK  ] Started x.service.\")");
}

TEST_F(SerialConsoleTest, SaysWhyItCannotBeRead) {
  SerialConsole console = console_that_prints(
      {{0s, "connect to x: No such file or directory", OutputLine::Stream::kErr}}, 0s);
  EXPECT_THAT(console.host_keys(), IsEmpty());
  EXPECT_EQ(console.trouble(),
            "its serial console stayed silent and cannot be read any more (connect to x: No such "
            "file or directory)");
}

}  // namespace
}  // namespace pve_accept
