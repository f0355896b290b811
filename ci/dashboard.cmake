# One run on one node, as a CDash wants it: figures, bounds and references as measurements, the findings as
# a file and as the build's notes.
#
#   PVE_ACCEPT_NODE=root@pve1 PVE_ACCEPT_CDASH=https://cdash.example.org/submit.php?project=pve-accept \
#     ctest -S ci/dashboard.cmake -V
#
# The rest of the environment as for ci/accept (PVE_ACCEPT_CONFIG, ...). A CDash draws one line for each
# site, build name and test: the site is the node, and the build name stays the same from run to run. Runs
# of several nodes can go on beside one another. Without PVE_ACCEPT_CDASH nothing leaves this machine, and
# Test.xml is in the run directory. The exit status is not 0 when a test is red or nothing could be sent.
cmake_minimum_required(VERSION 3.25)
cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH root)
include("${CMAKE_CURRENT_LIST_DIR}/CTestConfig.cmake")

foreach(command IN ITEMS "${root}/ci/install;build" "${root}/ci/build")
  execute_process(COMMAND ${command} RESULT_VARIABLE status)
  if(NOT status STREQUAL "0")
    message(FATAL_ERROR "${command} failed: ${status}")
  endif()
endforeach()
set(build "${root}/build")

# What ci/accept does too: bad settings are said once, and a run has a test tree and a directory of its own.
execute_process(COMMAND "${build}/fixtures/pve-accept" check
  OUTPUT_VARIABLE node OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
if(NOT status STREQUAL "0")
  message(FATAL_ERROR "pve-accept check: ${status}")
endif()
string(TIMESTAMP now "%Y%m%dT%H%M%SZ" UTC)
set(run "${build}/runs/${node}/${now}-cdash")
set(ENV{PVE_ACCEPT_OUT} "${run}")

set(CTEST_SITE "${node}")
set(CTEST_BUILD_NAME "acceptance")
set(CTEST_SOURCE_DIRECTORY "${root}")
set(CTEST_BINARY_DIRECTORY "${run}/ctest")
file(WRITE "${CTEST_BINARY_DIRECTORY}/CTestTestfile.cmake" "include(\"${build}/suites/acceptance_tests.cmake\")\n")

ctest_start(Experimental)
ctest_test(RETURN_VALUE red)
message("pve-accept: the run is in ${run}")

if(DEFINED CTEST_SUBMIT_URL)
  set(CTEST_NOTES_FILES "${run}/findings.md")
  ctest_submit(RETURN_VALUE unsent)
  if(NOT unsent EQUAL 0)
    message(FATAL_ERROR "could not submit to ${CTEST_SUBMIT_URL}")
  endif()
endif()
if(NOT red EQUAL 0)
  message(FATAL_ERROR "a claim is false, or could not be told; see ${run}/findings.md")
endif()
