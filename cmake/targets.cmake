# One library per folder. The DEPS of each call are the dependency diagram of
# docs/architecture.md; hack/tidy.py fails when an #include crosses an edge that is not here.
option(HOLDFAST_TESTS "build the tests" ON)

add_library(holdfast_flags INTERFACE)
target_compile_features(holdfast_flags INTERFACE cxx_std_20)
target_compile_options(holdfast_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
# GCC 14 sees writes beyond the end in std::string's operator+ when it inlines it (GCC PR 105651).
target_compile_options(holdfast_flags INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:RelWithDebInfo>>:-Wno-array-bounds;-Wno-restrict>)
target_compile_definitions(holdfast_flags INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_include_directories(holdfast_flags INTERFACE "${PROJECT_SOURCE_DIR}")
# Boost.JSON is in the precompiled headers: whoever uses them must be compiled with the definitions
# that they were compiled with, whether it needs the library or not.
target_link_libraries(holdfast_flags INTERFACE Threads::Threads Boost::headers Boost::json)

# Two sets of precompiled headers: what nearly every file includes, and the network stack on top.
foreach(set std net)
  add_library(holdfast_pch_${set} OBJECT "${PROJECT_SOURCE_DIR}/cmake/pch/empty.cpp")
  target_link_libraries(holdfast_pch_${set} PRIVATE holdfast_flags OpenSSL::Crypto spdlog::spdlog)
  set_target_properties(holdfast_pch_${set} PROPERTIES CXX_EXTENSIONS OFF)
  target_precompile_headers(holdfast_pch_${set} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/pch/${set}.hpp")
endforeach()

# holdfast_library(NAME SOURCES … DEPS … [PCH std|net]): the library of the calling folder.
function(holdfast_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PCH" "SOURCES;DEPS")
  add_library(holdfast_${name} STATIC ${arg_SOURCES})
  add_library(holdfast::${name} ALIAS holdfast_${name})
  target_link_libraries(holdfast_${name} PUBLIC holdfast_flags ${arg_DEPS})
  holdfast_configure(holdfast_${name} "${arg_PCH}")
endfunction()

# holdfast_program(NAME SOURCES … DEPS … [PCH …])
function(holdfast_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PCH" "SOURCES;DEPS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE holdfast_flags ${arg_DEPS})
  holdfast_configure(${name} "${arg_PCH}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endfunction()

# holdfast_test(NAME SOURCES … DEPS … [PCH …] [LABELS unit|sim|component …]): one GoogleTest program.
# Those labelled `threaded` also run under the thread sanitizer.
add_custom_target(threaded_tests)
function(holdfast_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PCH" "SOURCES;DEPS;LABELS")
  holdfast_program(${name} SOURCES ${arg_SOURCES} PCH "${arg_PCH}"
    DEPS ${arg_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE HOLDFAST_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 300)
  if("threaded" IN_LIST arg_LABELS)
    add_dependencies(threaded_tests ${name})
  endif()
endfunction()

# holdfast_fuzzer(NAME SOURCES … DEPS …): a libFuzzer target in the fuzz preset; elsewhere its
# corpus runs once through the same entry point, as a test.
add_custom_target(fuzz_targets)
function(holdfast_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS")
  set(corpus "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")
  if(HOLDFAST_SANITIZE MATCHES "fuzzer")
    holdfast_program(${name} SOURCES ${arg_SOURCES} DEPS ${arg_DEPS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz_targets ${name})
  else()
    holdfast_program(${name} SOURCES ${arg_SOURCES} "${PROJECT_SOURCE_DIR}/tests/fuzz/replay.cpp"
      DEPS ${arg_DEPS})
    add_test(NAME ${name}_corpus COMMAND ${name} "${corpus}")
    set_tests_properties(${name}_corpus PROPERTIES LABELS fuzz)
  endif()
endfunction()

function(holdfast_configure target pch)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(pch)
    target_precompile_headers(${target} REUSE_FROM holdfast_pch_${pch})
  endif()
endfunction()
