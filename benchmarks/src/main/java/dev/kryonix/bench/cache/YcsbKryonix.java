package dev.kryonix.bench.cache;

import dev.kryonix.bench.process.Settings;

/** YCSB over our cache. */
public final class YcsbKryonix extends YcsbBinding {
  @Override
  Peer connect() {
    String token = Settings.require("TOKEN");
    return new GrpcPeer(Integer.parseInt(Settings.require("PORT")), () -> token);
  }
}
