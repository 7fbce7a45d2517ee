package dev.kryonix.gateway.admin;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.Routes;
import dev.kryonix.kit.policy.MethodPolicy;
import dev.kryonix.kit.server.ManagementPage;
import jakarta.inject.Singleton;

/** The route table, as compiled from the contract. */
@Singleton
final class RoutesPage implements ManagementPage {
  private final String json;

  RoutesPage(Routes routes) {
    JsonArray table = new JsonArray();
    routes.all().forEach(binding -> table.add(row(binding)));
    json = table + "\n";
  }

  @Override
  public String path() {
    return "/routes";
  }

  @Override
  public String contentType() {
    return HttpContent.JSON;
  }

  @Override
  public String content() {
    return json;
  }

  private static JsonObject row(Binding binding) {
    MethodPolicy policy = binding.rpc().policy();
    JsonObject row = new JsonObject();
    row.addProperty("method", binding.httpMethod());
    row.addProperty("path", binding.template().source());
    row.addProperty("rpc", binding.rpc().name());
    row.addProperty("upstream", binding.rpc().upstream());
    row.addProperty("exposure", policy.exposure().name().replace("EXPOSURE_", ""));
    row.addProperty("scope", policy.scope());
    return row;
  }
}
