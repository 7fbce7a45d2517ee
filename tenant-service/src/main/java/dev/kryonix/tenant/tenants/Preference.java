package dev.kryonix.tenant.tenants;

/** Which kind of device a tenant's users mostly have. */
public enum Preference {
  MOBILE,
  BALANCED,
  DESKTOP
}
