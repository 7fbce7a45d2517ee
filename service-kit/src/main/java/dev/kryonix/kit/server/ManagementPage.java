package dev.kryonix.kit.server;

/** A page of the management port that a process adds, such as the gateway's route table. */
public interface ManagementPage {
  /** The page's path, such as {@code /routes}. */
  String path();

  /** The page's media type. */
  String contentType();

  /** The page as it stands now. */
  String content();
}
