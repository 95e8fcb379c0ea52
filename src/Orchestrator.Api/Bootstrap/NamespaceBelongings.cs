using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Following;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Bootstrap;

/// <summary>
/// Gives every namespace its service account <c>default</c> and its ConfigMap <c>kube-root-ca.crt</c>, by which workloads know the API's certificate, and
/// gives them back when they are deleted. Runs on every server: what one has made, the others find.
/// </summary>
public sealed partial class NamespaceBelongings(
    IObjectStore store, ClusterCertificates certificates, TimeProvider time, ILogger<NamespaceBelongings> logger) : BackgroundService
{
    public const string RootAuthority = "kube-root-ca.crt";

    private const string Namespaces = "namespaces";
    private const string ServiceAccounts = "serviceaccounts";
    private const string ConfigMaps = "configmaps";
    private const string DefaultAccount = "default";
    private const string AuthorityKey = "ca.crt";
    private const int MaxBatch = 1000;

    /// <summary>Revisions of the maps that were found to be right: a cluster of thousands of namespaces is not read again for each change.</summary>
    private readonly Dictionary<string, long> _right = new(StringComparer.Ordinal);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        ChangeLoop.RunAsync(store, [Namespaces, ServiceAccounts, ConfigMaps], Concerns, PassAsync, LogWaits, time, stoppingToken);

    private static bool Concerns(Change change) => change.Object.Key.Resource switch
    {
        ConfigMaps => change.Object.Key.Name == RootAuthority,
        ServiceAccounts => change.Object.Key.Name == DefaultAccount,
        _ => true,
    };

    private async Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        Mutation[] mutations = [.. store.List(Namespaces).Items.Where(ns => !ns.IsTerminating).SelectMany(ns => Plan(ns.Key.Name))];
        foreach (var batch in mutations.Chunk(MaxBatch))
        {
            // AlreadyExists and Conflict are success: another server was quicker.
            await store.CommitAsync(batch, cancel: cancel);
        }

        return null;
    }

    private IEnumerable<Mutation> Plan(string ns)
    {
        if (store.Get(new ObjectKey(ServiceAccounts, ns, DefaultAccount)) is null)
        {
            yield return Create(ServiceAccounts, "ServiceAccount", ns, DefaultAccount, null);
        }

        var authority = certificates.Authority.CertificatePem + "\n";
        if (store.Get(new ObjectKey(ConfigMaps, ns, RootAuthority)) is not { } stored)
        {
            yield return Create(ConfigMaps, "ConfigMap", ns, RootAuthority, authority);
        }
        else if (!stored.IsTerminating && Repair(stored, authority) is { } repaired)
        {
            yield return StoredEdit.Replace(stored, repaired);
        }
    }

    private JsonObject? Repair(StoredObject stored, string authority)
    {
        if (_right.GetValueOrDefault(stored.Key.Namespace) == stored.Revision)
        {
            return null;
        }

        var map = JsonTree.ParseStored(stored.Json);
        if (map.Child("data") is { Count: 1 } data && data.Text(AuthorityKey) == authority)
        {
            _right[stored.Key.Namespace] = stored.Revision;
            return null;
        }

        map["data"] = new JsonObject { [AuthorityKey] = authority };
        return map;
    }

    private CreateObject Create(string resource, string kind, string ns, string name, string? authority)
    {
        var uid = Guid.NewGuid().ToString();
        var obj = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = ns,
                ["uid"] = uid,
                ["creationTimestamp"] = ObjectMetadata.Time(time.GetUtcNow()),
            },
        };
        if (authority is not null)
        {
            obj["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/description"] = "The authority of the API server's certificate." };
            obj["data"] = new JsonObject { [AuthorityKey] = authority };
        }

        return new CreateObject(new ObjectKey(resource, ns, name), uid, JsonBuffer.Serialize(obj));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "accounts and authorities of namespaces wait: {Reason}")]
    private partial void LogWaits(string reason);
}
