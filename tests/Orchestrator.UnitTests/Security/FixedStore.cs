using System.Text.Json.Nodes;
using k8s;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.UnitTests.Security;

/// <summary>A store that holds what it was made with, for code that only reads.</summary>
internal sealed class FixedStore(params (string Resource, string Yaml)[] objects) : IObjectStore
{
    private readonly List<StoredObject> _objects = [.. objects.Select(o => Stored(o.Resource, o.Yaml))];

    public long Revision => 1;

    public long CompactedRevision => 0;

    public StoredObject? Get(ObjectKey key) => _objects.Find(o => o.Key == key);

    public ObjectList List(string resource, string? ns = null) =>
        new(Revision, [.. _objects.Where(o => o.Key.Resource == resource && (ns is null || o.Key.Namespace == ns))]);

    public ObjectList ListByField(string resource, string field, string value) =>
        new(Revision, [.. _objects.Where(o => o.Key.Resource == resource && o.Fields.GetValueOrDefault(field) == value)]);

    public ObjectList ListByOwner(string ownerUid) => new(Revision, []);

    public ValueTask<long> SyncAsync(CancellationToken cancel = default) => new(Revision);

    public ValueTask WaitForAsync(long revision, CancellationToken cancel = default) => default;

    public ValueTask<CommitResult> CommitAsync(Mutation mutation, CancellationToken cancel = default) => throw ReadOnly();

    public ValueTask<IReadOnlyList<CommitResult>> CommitAsync(IReadOnlyList<Mutation> mutations, Fence? fence = null, CancellationToken cancel = default) => throw ReadOnly();

    public ValueTask<long> TakeEpochAsync(string name, CancellationToken cancel = default) => throw ReadOnly();

    public IChangeSubscription Subscribe(string? resource, string? ns, long afterRevision) => throw ReadOnly();

    public static JsonObject Parse(string yaml) => (JsonObject)JsonNode.Parse(KubernetesJson.Serialize(KubernetesYaml.Deserialize<object>(yaml)))!;

    private static InvalidOperationException ReadOnly() => new("this store only answers reads of the present");

    private static StoredObject Stored(string resource, string yaml)
    {
        JsonObject obj = Parse(yaml);
        JsonObject? metadata = obj.Child("metadata");
        return new StoredObject
        {
            Key = new ObjectKey(resource, metadata.Text("namespace") ?? "", metadata.Text("name")!),
            Uid = "uid-" + metadata.Text("name"),
            Revision = 1,
            Json = System.Text.Encoding.UTF8.GetBytes(obj.ToJsonString()),
            Labels = (metadata.Child("labels") ?? []).ToDictionary(l => l.Key, l => (string)l.Value!, StringComparer.Ordinal),
            Fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["spec.nodeName"] = obj.Child("spec").Text("nodeName") ?? "" },
            OwnerUids = [],
            IsTerminating = metadata.Text("deletionTimestamp") is not null,
        };
    }
}
