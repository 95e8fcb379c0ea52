using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Verbs;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Usage;

/// <summary>
/// <c>nodes</c> and <c>pods</c> of metrics.k8s.io: what <c>kubectl top</c> shows. Selectors are those of the nodes and pods themselves. Nodes whose agent does not
/// answer are left out, and named in a warning.
/// </summary>
internal sealed class UsageResource : IComputedResource
{
    private const int MaxWarnings = 10;

    private readonly string _of;
    private readonly Func<ApiCall, IReadOnlyList<StoredObject>, Task<UsageList>> _read;
    private readonly IObjectStore _store;
    private readonly ListVerb _lists;
    private readonly ObjectResponse _objects;

    private UsageResource(
        string of, Func<ApiCall, IReadOnlyList<StoredObject>, Task<UsageList>> read, IObjectStore store, ListVerb lists, ObjectResponse objects) =>
        (_of, _read, _store, _lists, _objects) = (of, read, store, lists, objects);

    public string Resource => $"{_of}.metrics.k8s.io";

    public static UsageResource OfNodes(UsageReadings readings, IObjectStore store, ListVerb lists, ObjectResponse objects) =>
        new("nodes", (call, nodes) => readings.OfNodesAsync(call.Kind, nodes, call.Cancel), store, lists, objects);

    public static UsageResource OfPods(UsageReadings readings, IObjectStore store, ListVerb lists, ObjectResponse objects) =>
        new("pods", (call, pods) => readings.OfPodsAsync(call.Kind, pods, call.Cancel), store, lists, objects);

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        // Agents may take seconds to answer: others are not to wait for a seat meanwhile.
        call.LeaveSeat();
        return call.Request.Verb == "get" ? await GetAsync(call) : await ListAsync(call);
    }

    private async ValueTask<StatusError?> GetAsync(ApiCall call)
    {
        if (_store.Get(new ObjectKey(_of, call.Request.Namespace, call.Request.Name)) is not { } found)
        {
            return StatusErrors.NotFound(call.Kind, call.Request.Name);
        }

        var usage = await _read(call, [found]);
        Warn(call, usage);
        return usage.Items is [var one] ? await _objects.WriteAsync(call, 200, one.Json) : StatusErrors.NotFound(call.Kind, call.Request.Name);
    }

    private async ValueTask<StatusError?> ListAsync(ApiCall call)
    {
        var selection = Selection.Read(call);
        if (selection.Failed)
        {
            return selection.Error;
        }

        var ns = call.Request.Namespace;
        var usage = await _read(call, [.. _store.List(_of, ns.Length == 0 ? null : ns).Items.Where(selection.Value.Matches)]);
        Warn(call, usage);
        return await _lists.AnswerAsync(call, new ListPage(usage.Items, new ListMetadata("", null, null)));
    }

    private static void Warn(ApiCall call, UsageList usage)
    {
        foreach (var (node, why) in usage.Missing.OrderBy(m => m.Key, StringComparer.Ordinal).Take(MaxWarnings))
        {
            call.Warn($"metrics of node {node} are missing: {why}");
        }

        if (usage.Missing.Count > MaxWarnings)
        {
            call.Warn($"metrics of {usage.Missing.Count - MaxWarnings} more nodes are missing");
        }
    }
}
