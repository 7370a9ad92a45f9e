// Goal: no table from a controller that cannot prove its name, and none without our certificate.
// Method: a scripted controller over TLS on 127.0.0.1; each certificate is its own CA.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/component/control/push_client_fixture.hpp"
#include "tests/support/certificate.hpp"

namespace holdfast::test {
namespace {

class PushClientTlsTest : public PushClientFixture {
protected:
    PushClientTlsTest() {
        options_.tls = {.certificate = folder_ / "tls.crt",
                        .key = folder_ / "tls.key",
                        .ca = folder_ / "ca.crt"};
        write_files(dataplane_, controller_.chain_pem);
    }

    void write_files(model::Certificate const& own, std::string const& ca) const {
        std::ofstream(options_.tls.certificate) << own.chain_pem;
        std::ofstream(options_.tls.key) << own.key_pem;
        std::ofstream(options_.tls.ca) << ca;
    }
    /// A controller with `own` that takes the data plane's certificate, dialled as `host`.
    std::unique_ptr<FakeController> tls_controller(model::Certificate const& own,
                                                   std::string const& host = "localhost") {
        auto made = std::make_unique<FakeController>(io_, own, dataplane_.chain_pem);
        options_.controllers.push_back({{host, made->port()}, ""});
        return made;
    }
    /// True when several tries brought no stream.
    [[nodiscard]] bool is_refused(FakeController const& controller) {
        return run_until([&] { return controller.connections() >= 3; }) &&
               controller.streams() == 0;
    }

    model::Certificate const dataplane_ = make_certificate("dataplane");
    model::Certificate const controller_ = make_certificate("localhost");
};

TEST_F(PushClientTlsTest, TakesTablesOverMutualTls) {
    auto const a = tls_controller(controller_);
    start();
    bring_into_force(*a, first_);
}

TEST_F(PushClientTlsTest, RefusesAControllerOfAnotherName) {
    model::Certificate const other = make_certificate("elsewhere");
    write_files(dataplane_, other.chain_pem);
    auto const a = tls_controller(other);
    start();
    EXPECT_TRUE(is_refused(*a));
}

TEST_F(PushClientTlsTest, RefusesAControllerByAddressThatItsCertificateDoesNotName) {
    auto const a = tls_controller(controller_, "127.0.0.1");
    start();
    EXPECT_TRUE(is_refused(*a));
}

TEST_F(PushClientTlsTest, RefusesAControllerOfAnUnknownCa) {
    write_files(dataplane_, make_certificate("localhost").chain_pem);
    auto const a = tls_controller(controller_);
    start();
    EXPECT_TRUE(is_refused(*a));
}

TEST_F(PushClientTlsTest, ReadsItsFilesAgainForEveryDial) {
    auto const a = tls_controller(controller_);
    write_files(make_certificate("stranger"), controller_.chain_pem);
    start();
    ASSERT_TRUE(run_until([&] { return a->connections() >= 2; }));
    EXPECT_EQ(a->streams(), 0u);
    write_files(dataplane_, controller_.chain_pem);
    (void)next<push::Hello>(*a);
}

TEST_F(PushClientTlsTest, SurvivesFilesThatAreMissingAndReadsThemWhenTheyCome) {
    std::filesystem::remove(options_.tls.key);
    auto const a = tls_controller(controller_);
    start();
    TimePoint const later = Clock::now() + std::chrono::milliseconds(100);
    EXPECT_TRUE(run_until([&] { return Clock::now() >= later; }));
    EXPECT_EQ(a->connections(), 0u);
    write_files(dataplane_, controller_.chain_pem);
    (void)next<push::Hello>(*a);
}

}  // namespace
}  // namespace holdfast::test
