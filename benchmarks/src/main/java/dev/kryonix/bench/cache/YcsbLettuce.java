package dev.kryonix.bench.cache;

import dev.kryonix.bench.process.Settings;

/** YCSB over Redis itself. */
public final class YcsbLettuce extends YcsbBinding {
  @Override
  Peer connect() {
    return new LettucePeer(
        Integer.parseInt(Settings.require("PORT")),
        Settings.require("REDIS_PASSWORD"),
        "tenant:ycsb:crm:temp:");
  }
}
