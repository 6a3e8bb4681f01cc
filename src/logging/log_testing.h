// SPDX-License-Identifier: MIT
// The request that the tests of this folder log: what haproxy 2.6.12 was given when the expected
// lines were taken from it.
#pragma once

#include "logging/access_record.h"

namespace hawser::log_testing {

struct SampleRequest {
  Address client = *Address::parse_ip("127.0.0.1", 33292);
  Address listener = *Address::parse_ip("127.0.0.1", 21607);
  Address server_address = *Address::parse_ip("127.0.0.1", 21610);
  Address server_source = *Address::parse_ip("127.0.0.1", 50386);
  AccessRecord record;

  SampleRequest() {
    record.start_us = 1'795'233'921'617'000;  // 21 November 2026, 04:05:21.617 UTC
    record.times = {.handshake = 0,
                    .first_byte = 0,
                    .request = 0,
                    .queue = 0,
                    .connect = 0,
                    .response = 20,
                    .end = 20};
    record.client = &client;
    record.listener = &listener;
    record.server_address = &server_address;
    record.server_source = &server_source;
    record.listener_id = 77;
    record.bind_name = "bb";
    record.frontend = "all";
    record.backend = "bk";
    record.server = "s1";
    record.method = "GET";
    record.uri = "/a?b=c&d";
    record.version = "HTTP/1.1";
    record.status = 200;
    record.bytes_received = 87;
    record.bytes_sent = 88;
    record.process_conns = 2;
    record.frontend_conns = 1;
    record.request_counter = 8;
  }
  SampleRequest(const SampleRequest&) = delete;
  SampleRequest& operator=(const SampleRequest&) = delete;

  // A request that could not be read, or never came.
  void make_bad(int status, char cause) {
    record.method = record.uri = record.version = "";
    record.status = status;
    record.times = {};
    record.server_address = record.server_source = nullptr;
    record.server = "";
    record.backend = record.frontend;
    record.bytes_received = record.bytes_sent = 0;
    record.state[0] = cause;
    record.state[1] = 'R';
  }
};

}  // namespace hawser::log_testing
