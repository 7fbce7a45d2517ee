package dev.kryonix.messaging.publish;

import dev.kryonix.kit.catalog.Module;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.Route;
import java.util.Map;

/** Which way messages take: what the catalogue lets a module's go, and which it chooses itself. */
final class Routes {
  /** The attribute by which a publisher says what its message comes from. */
  private static final String DEVICE = "device";

  private static final String MOBILE = "mobile";
  private static final String TABLET = "tablet";

  private Routes() {}

  /** The way that was asked for; refuses one that the module does not have. */
  static Route require(Module module, Route asked) {
    boolean allowed =
        switch (asked) {
          case STANDARD -> true;
          case MOBILE_PRIORITY -> module.mobilePriority();
          case BUSINESS_CRITICAL -> module.businessCritical();
          case AUTOMATION -> module.smartRouting();
        };
    if (!allowed) {
      throw CommonErrors.invalidField(
          "route", "%s is not a route of the module '%s'".formatted(asked, module.name()));
    }
    return asked;
  }

  /**
   * The way of a message that asks for none. It never changes what the priority says by more than a
   * message of mobile origin gains: what is business critical goes that way when its priority is
   * high anyway. To all automation goes only what asks for it.
   */
  static Route choose(Module module, int priority, Map<String, String> attributes) {
    if (!module.smartRouting()) {
      return Route.STANDARD;
    }
    if (module.businessCritical() && Lane.of(priority) == Lane.HIGH) {
      return Route.BUSINESS_CRITICAL;
    }
    String device = attributes.getOrDefault(DEVICE, "");
    boolean mobile = device.equals(MOBILE) || device.equals(TABLET);
    return module.mobilePriority() && mobile ? Route.MOBILE_PRIORITY : Route.STANDARD;
  }
}
