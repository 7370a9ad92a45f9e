/// What the thread sanitizer must not report of this program: cpprestsdk shares objects between
/// its threads and ours, and counts their users where the sanitizer, which it was not built with,
/// does not see it.
extern "C" char const* __tsan_default_suppressions() { return "race:libcpprest.so\n"; }
