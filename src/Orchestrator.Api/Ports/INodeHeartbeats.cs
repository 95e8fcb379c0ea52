namespace Orchestrator.Api.Ports;

/// <summary>
/// Takes renewals of node Leases, which change nothing but <c>spec.renewTime</c>. They are held in memory (by the node's grain)
/// and not committed, so that thousands of nodes cost the database nothing. Implemented outside the API.
/// </summary>
public interface INodeHeartbeats
{
    /// <summary>Records that the node's agent lives. Called for every update of the node's Lease with another renewTime, committed or not.</summary>
    ValueTask RenewedAsync(string nodeName, DateTimeOffset renewTime, CancellationToken cancel);

    /// <summary>Latest renewal this process knows of, shown in reads of the Lease; null where none.</summary>
    DateTimeOffset? LastRenewal(string nodeName);
}
