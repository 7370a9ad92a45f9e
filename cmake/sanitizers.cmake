# HOLDFAST_SANITIZE=address,undefined | thread | fuzzer,address,undefined: what the whole tree is
# built with. One tree has one setting, since mixing instrumented and plain objects hides races.
set(HOLDFAST_SANITIZE "" CACHE STRING "sanitizers, comma separated; empty for none")

if(HOLDFAST_SANITIZE)
  # The fuzzer's own main() belongs to the fuzz targets only (holdfast_fuzzer adds it).
  string(REPLACE "fuzzer" "fuzzer-no-link" _flags "${HOLDFAST_SANITIZE}")
  add_compile_options(-fsanitize=${_flags} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${_flags})
  if(HOLDFAST_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # TSan cannot follow a fence on its own; Asio has only fences that locks make redundant.
    add_compile_options(-Wno-tsan)
  endif()
endif()
