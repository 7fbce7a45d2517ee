package dev.kryonix.backup.download;

import dev.kryonix.api.backup.v1.DownloadServiceGrpc;
import jakarta.inject.Singleton;

/** Serves DownloadService: every RPC answers UNIMPLEMENTED. */
@Singleton
final class DownloadEndpoint extends DownloadServiceGrpc.DownloadServiceImplBase {}
