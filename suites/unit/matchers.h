#pragma once

#include <gmock/gmock.h>

// The words of GoogleMock that the tests speak in.
namespace pve_accept {

using testing::_;
using testing::AllOf;
using testing::ByMove;
using testing::Contains;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::Return;
using testing::SizeIs;
using testing::StartsWith;
using testing::Throw;
using testing::ThrowsMessage;

}  // namespace pve_accept
