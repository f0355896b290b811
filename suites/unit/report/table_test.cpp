#include "support/report/table.h"

#include <gtest/gtest.h>

namespace pve_accept {
namespace {

const Table kTable{.header = {"Metric", "Δ", "verdict"},
                   .rows = {{"RAM", "+1845", "PASS"}, {"CPU used", "–", "ERROR vm"}}};

TEST(Table, AlignsByCharactersNotBytes) {
  EXPECT_EQ(aligned(kTable),
            "Metric        Δ  verdict\n"
            "RAM       +1845  PASS\n"
            "CPU used      –  ERROR vm\n");
}

TEST(Table, WritesMarkdown) {
  EXPECT_EQ(markdown(kTable),
            "| Metric | Δ | verdict |\n"
            "| --- | --- | --- |\n"
            "| RAM | +1845 | PASS |\n"
            "| CPU used | – | ERROR vm |\n");
}

TEST(Table, EscapesMarkup) {
  EXPECT_EQ(markdown_escaped("a|b <i> *x* `y` [z]\n_"),
            "a\\|b &lt;i&gt; \\*x\\* \\`y\\` \\[z\\] \\_");
}

}  // namespace
}  // namespace pve_accept
