using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Apps.ReplicaSets;
using Orchestrator.Grains.Reconciling;

namespace Orchestrator.Grains.Apps;

/// <summary>Looks after one ReplicaSet. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IReplicaSetGrain : IReconcilerGrain;

/// <summary>Looks after one ReplicationController. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IReplicationControllerGrain : IReconcilerGrain;

/// <summary>Looks after one Deployment. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IDeploymentGrain : IReconcilerGrain;

internal sealed class ReplicaSetGrain(AppsParts parts, ILogger<ReplicaSetGrain> logger)
    : AppsGrain(parts, logger, p => new ReplicaSetPlanner(p, ControllerKind.ReplicaSet)), IReplicaSetGrain;

internal sealed class ReplicationControllerGrain(AppsParts parts, ILogger<ReplicationControllerGrain> logger)
    : AppsGrain(parts, logger, p => new ReplicaSetPlanner(p, ControllerKind.ReplicationController)), IReplicationControllerGrain;

internal sealed class DeploymentGrain(AppsParts parts, ILogger<DeploymentGrain> logger)
    : AppsGrain(parts, logger, p => new Deployments.DeploymentPlanner(p)), IDeploymentGrain;
