package dev.kryonix.gateway.admin;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.upstream.Upstream;
import dev.kryonix.gateway.upstream.UpstreamState;
import dev.kryonix.gateway.upstream.Upstreams;
import dev.kryonix.kit.server.ManagementPage;
import jakarta.inject.Singleton;

/** How the gateway sees the services behind it at this moment. */
@Singleton
final class UpstreamsPage implements ManagementPage {
  private final Upstreams upstreams;

  UpstreamsPage(Upstreams upstreams) {
    this.upstreams = upstreams;
  }

  @Override
  public String path() {
    return "/upstreams";
  }

  @Override
  public String contentType() {
    return HttpContent.JSON;
  }

  @Override
  public String content() {
    JsonArray table = new JsonArray();
    for (Upstream upstream : upstreams.all()) {
      table.add(row(upstream.state()));
    }
    return table + "\n";
  }

  private static JsonObject row(UpstreamState state) {
    JsonObject row = new JsonObject();
    row.addProperty("upstream", state.name());
    row.addProperty("breaker", state.breaker());
    state.failurePercent().ifPresent(percent -> row.addProperty("failurePercent", percent));
    row.addProperty("calls", state.calls());
    row.addProperty("streams", state.streams());
    JsonObject connections = new JsonObject();
    state.connections().forEach(connections::addProperty);
    row.add("connections", connections);
    return row;
  }
}
