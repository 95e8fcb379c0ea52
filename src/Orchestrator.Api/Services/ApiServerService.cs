using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Following;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Services;

/// <summary>
/// Keeps the Service <c>default/kubernetes</c>, by which workloads find the API, and its endpoints: the servers that hold a Lease. Every server renews
/// its own; one that ends takes it down, one that dies is left out when its Lease has run out.
/// </summary>
public sealed partial class ApiServerService(IObjectStore store, ServiceNetwork network, TimeProvider time, ILogger<ApiServerService> logger) : BackgroundService
{
    public const string Name = "kubernetes";

    private const string Namespace = "default";
    private const string Leases = "leases.coordination.k8s.io";
    private const string LeaseNamespace = "kube-system";
    private const string IdentityLabel = "apiserver.kubernetes.io/identity";
    private const string Identity = "kube-apiserver";
    private const int LeaseSeconds = 90;
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<IPEndPoint> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Tells where this server is reached, once it answers.</summary>
    public void Announce(IPEndPoint address) => _address.TrySetResult(address);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_address.Task.IsCompletedSuccessfully && store.Get(LeaseKey(await _address.Task)) is { } lease)
        {
            try
            {
                await store.CommitAsync(new DeleteObject(lease.Key, lease.Revision), cancellationToken);
            }
            catch (StoreUnavailableException e)
            {
                LogWaits(e.Message);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IPEndPoint address = await _address.Task.WaitAsync(stoppingToken);
        await ChangeLoop.RunAsync(
            store, ["services", "endpoints", EndpointObjects.Slices, Leases], Concerns, cancel => PassAsync(address, cancel), LogWaits, time, stoppingToken);
    }

    private static bool Concerns(Change change) => change.Object.Key.Resource == Leases
        ? change.Type != ChangeType.Updated && change.Object.Key.Namespace == LeaseNamespace
        : change.Object.Key is { Namespace: Namespace, Name: Name };

    private async Task<TimeSpan?> PassAsync(IPEndPoint address, CancellationToken cancel)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (store.Get(new ObjectKey("services", Namespace, Name)) is null)
        {
            await store.CommitAsync(CreateService(address, now), cancel: cancel);
        }

        var mutations = new List<Mutation>();
        if (Renew(address, now) is { } renewal)
        {
            mutations.Add(renewal);
        }

        List<IPEndPoint> servers = [.. Servers(now).Append(address).DistinctBy(s => s.ToString()).OrderBy(s => s.ToString(), StringComparer.Ordinal)];
        mutations.AddRange(EndpointObjects.Of(servers).Select(wanted => Write(wanted, now)).OfType<Mutation>());
        if (mutations.Count > 0)
        {
            await store.CommitAsync(mutations, cancel: cancel);
        }

        return RenewInterval;
    }

    private IReadOnlyList<Mutation> CreateService(IPEndPoint address, DateTimeOffset now) => new SystemService(Namespace, Name, network.ApiAddress)
    {
        Labels = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" },
        Ports = [new JsonObject { ["name"] = "https", ["port"] = 443, ["protocol"] = "TCP", ["targetPort"] = address.Port }],
    }.Create(store, now);

    private Mutation? Renew(IPEndPoint address, DateTimeOffset now)
    {
        ObjectKey key = LeaseKey(address);
        if (store.Get(key) is { } stored)
        {
            JsonObject present = JsonTree.ParseStored(stored.Json);
            if (present.Child("spec").Time("renewTime") + RenewInterval > now)
            {
                return null;
            }

            present.ObjectOrNew("spec")!["renewTime"] = MicroTime(now);
            return StoredEdit.Replace(stored, present);
        }

        JsonObject lease = EndpointObjects.New("coordination.k8s.io/v1", "Lease", LeaseNamespace, key.Name, now);
        lease.Child("metadata")!["labels"] = new JsonObject { [IdentityLabel] = Identity };
        lease["spec"] = new JsonObject
        {
            ["acquireTime"] = MicroTime(now),
            ["holderIdentity"] = address.ToString(),
            ["leaseDurationSeconds"] = LeaseSeconds,
            ["renewTime"] = MicroTime(now),
        };
        return new CreateObject(key, lease.Child("metadata").Text("uid")!, JsonBuffer.Serialize(lease));
    }

    private IEnumerable<IPEndPoint> Servers(DateTimeOffset now)
    {
        foreach (StoredObject stored in store.List(Leases, LeaseNamespace).Items.Where(l => l.Labels.GetValueOrDefault(IdentityLabel) == Identity))
        {
            JsonObject? spec = JsonTree.ParseStored(stored.Json).Child("spec");
            if (IPEndPoint.TryParse(spec.Text("holderIdentity") ?? "", out IPEndPoint? server)
                && spec.Time("renewTime") + TimeSpan.FromSeconds(spec.Integer("leaseDurationSeconds") ?? 0) > now)
            {
                yield return server;
            }
        }
    }

    private Mutation? Write(JsonObject wanted, DateTimeOffset now)
    {
        string resource = wanted.Text("kind") == "Endpoints" ? "endpoints" : EndpointObjects.Slices;
        var key = new ObjectKey(resource, Namespace, Name);
        if (store.Get(key) is not { } stored)
        {
            EndpointObjects.Stamp(wanted, now);
            return new CreateObject(key, wanted.Child("metadata").Text("uid")!, JsonBuffer.Serialize(wanted));
        }

        JsonObject present = JsonTree.ParseStored(stored.Json);
        bool isRight = true;
        foreach ((string name, JsonNode? value) in wanted.Where(m => m.Key is not ("metadata" or "apiVersion" or "kind")))
        {
            isRight &= JsonNode.DeepEquals(present[name], value);
            present[name] = value?.DeepClone();
        }

        return isRight ? null : StoredEdit.Replace(stored, present);
    }

    private static ObjectKey LeaseKey(IPEndPoint address)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.ToString())))[..16];
        return new ObjectKey(Leases, LeaseNamespace, $"apiserver-{hash}");
    }

    private static string MicroTime(DateTimeOffset now) => now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the API's own Service waits: {Reason}")]
    private partial void LogWaits(string reason);
}
