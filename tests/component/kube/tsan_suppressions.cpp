/// What the thread sanitizer must not report of this program: cpprestsdk and its threads share
/// objects with ours, and who uses one last is counted in libraries that the sanitizer cannot see.
extern "C" char const* __tsan_default_suppressions() {
    return "called_from_lib:libcpprest.so\n"
           "race:pplx::details::_ExceptionHolder::~_ExceptionHolder\n";
}
