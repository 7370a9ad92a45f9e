#pragma once

#include <csignal>

namespace holdfast {

/// Signals are the main thread's: a thread that is started while one of these lives blocks them
/// all. The calling thread gets its mask back at the end.
class SignalsBlocked {
public:
    SignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(SignalsBlocked const&) = delete;
    SignalsBlocked& operator=(SignalsBlocked const&) = delete;

private:
    sigset_t before_;
};

}  // namespace holdfast
