# llhttp comes as C sources in Debian's package node-llhttp; they are compiled into the program.
find_path(LLHTTP_INCLUDE_DIR llhttp.h HINTS /usr/share/include/llhttp)
find_path(LLHTTP_SOURCE_DIR llhttp.c HINTS /usr/share/llhttp)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(llhttp
  REASON_FAILURE_MESSAGE "install the package node-llhttp (make deps)"
  REQUIRED_VARS LLHTTP_INCLUDE_DIR LLHTTP_SOURCE_DIR)

if(llhttp_FOUND AND NOT TARGET llhttp::llhttp)
  add_library(llhttp STATIC
    ${LLHTTP_SOURCE_DIR}/llhttp.c ${LLHTTP_SOURCE_DIR}/api.c ${LLHTTP_SOURCE_DIR}/http.c)
  target_include_directories(llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE_DIR})
  target_compile_definitions(llhttp PRIVATE LLHTTP_STRICT_MODE=1)
  target_compile_options(llhttp PRIVATE -w -O3)
  if(HAWSER_LTO)
    target_compile_options(llhttp PRIVATE -flto=auto)
  endif()
  add_library(llhttp::llhttp ALIAS llhttp)
endif()
