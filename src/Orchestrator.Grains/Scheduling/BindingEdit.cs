using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model;
using Orchestrator.Model.Devices;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Edits of a stored pod that the scheduler makes, as mutations that count only against the state they were made from.</summary>
internal static class BindingEdit
{
    private const string PodScheduled = "PodScheduled";
    private static readonly PodDeletion Deletion = new();

    /// <summary>Sets spec.nodeName, the condition PodScheduled=True, and which devices the pod has.</summary>
    public static UpdateObject Bind(StoredObject pod, string nodeName, IReadOnlyList<AssignedDevices> devices, DateTimeOffset now)
    {
        ReadOnlySpan<byte> json = pod.Json.Span;
        var edits = new JsonEdits();
        byte[] name = [(byte)'"', .. JsonEncodedText.Encode(nodeName).EncodedUtf8Bytes, (byte)'"'];
        Span spec = JsonMembers.Find(json, new Span(0, json.Length), "spec"u8)
            ?? throw new JsonException($"{pod.Key} has no spec");
        if (JsonMembers.Find(json, spec, "nodeName"u8) is { } present)
        {
            edits.Replace(present, name);
        }
        else
        {
            edits.InsertMember(json, spec, "nodeName"u8, name);
        }

        if (devices.Count > 0)
        {
            Annotate(json, WellKnown.AssignedDevicesAnnotation, AssignedDevices.Write(devices), edits);
        }

        ConditionEdit.Set(json, new ConditionValue(PodScheduled, "True", "", ""), now, edits);
        return new UpdateObject(pod.Key, pod.Revision, ConditionEdit.Body(pod, edits)!);
    }

    /// <summary>
    /// Sets the condition PodScheduled=False, and status.nominatedNodeName where that is not null (empty takes it away); null where all says so already.
    /// </summary>
    public static UpdateObject? Unschedulable(StoredObject pod, string message, string? nominatedNodeName, DateTimeOffset now)
    {
        ReadOnlySpan<byte> json = pod.Json.Span;
        Span? status = JsonMembers.Find(json, new Span(0, json.Length), "status"u8);
        string nominated = (status is { } s ? JsonMembers.Text(json, s, "nominatedNodeName"u8) : null) ?? "";
        if (nominatedNodeName is not null && nominatedNodeName != nominated)
        {
            // Rare, and the condition may need to be put into the same status: edited as a tree.
            JsonObject edited = StoredJson.Read(pod);
            JsonObject own = edited.ObjectOrNew("status")!;
            own.Remove("nominatedNodeName");
            if (nominatedNodeName.Length > 0)
            {
                own["nominatedNodeName"] = nominatedNodeName;
            }

            StoredJson.SetCondition(edited, new ConditionValue(PodScheduled, "False", "Unschedulable", message), now);
            return StoredJson.Replace(pod, edited);
        }

        var edits = new JsonEdits();
        ConditionEdit.Set(json, new ConditionValue(PodScheduled, "False", "Unschedulable", message), now, edits);
        return ConditionEdit.Body(pod, edits) is { } body ? new UpdateObject(pod.Key, pod.Revision, body) : null;
    }

    private static void Annotate(ReadOnlySpan<byte> json, string name, string value, JsonEdits edits)
    {
        byte[] key = Encoding.UTF8.GetBytes(name);
        byte[] text = [(byte)'"', .. JsonEncodedText.Encode(value).EncodedUtf8Bytes, (byte)'"'];
        Span metadata = JsonMembers.Find(json, new Span(0, json.Length), "metadata"u8) ?? throw new JsonException("a pod without metadata");
        if (JsonMembers.Find(json, metadata, "annotations"u8) is not { } annotations)
        {
            edits.InsertMember(json, metadata, "annotations"u8, [(byte)'{', (byte)'"', .. key, (byte)'"', (byte)':', .. text, (byte)'}']);
        }
        else if (JsonMembers.Find(json, annotations, key) is { } present)
        {
            edits.Replace(present, text);
        }
        else
        {
            edits.InsertMember(json, annotations, key, text);
        }
    }

    /// <summary>Begins the deletion of a pod that gives way, as the API would; null where it is under way.</summary>
    public static Mutation? Preempt(StoredObject victim, string schedulerName, DateTimeOffset now) => ObjectDeletion.Delete(
        victim,
        Deletion,
        null,
        now,
        alsoSet: new ConditionValue("DisruptionTarget", "True", "PreemptionByScheduler", $"{schedulerName}: preempting to accommodate a higher priority pod"));
}
