# Where ci/dashboard.cmake submits to. Nothing is sent unless the environment names a CDash of your own:
#   PVE_ACCEPT_CDASH=https://cdash.example.org/submit.php?project=pve-accept
# CTest looks for this file on top of a source tree only; dashboard.cmake includes it.
set(CTEST_PROJECT_NAME "pve-accept")
set(CTEST_NIGHTLY_START_TIME "00:00:00 UTC")
set(CTEST_DROP_SITE_CDASH TRUE)
if(NOT "$ENV{PVE_ACCEPT_CDASH}" STREQUAL "")
  set(CTEST_SUBMIT_URL "$ENV{PVE_ACCEPT_CDASH}")
endif()
