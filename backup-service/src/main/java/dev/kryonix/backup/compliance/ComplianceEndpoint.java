package dev.kryonix.backup.compliance;

import dev.kryonix.api.backup.v1.ComplianceServiceGrpc;
import jakarta.inject.Singleton;

/** Serves ComplianceService: every RPC answers UNIMPLEMENTED. */
@Singleton
final class ComplianceEndpoint extends ComplianceServiceGrpc.ComplianceServiceImplBase {}
