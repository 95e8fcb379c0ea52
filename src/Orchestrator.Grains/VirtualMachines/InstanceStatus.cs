using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>What an instance says of its machine, from what its pod says.</summary>
internal static class InstanceStatus
{
    private const string NotMigratable = "machines are not moved while they run";

    /// <summary>Brings phase, node, addresses and conditions up to date.</summary>
    public static void Observe(InstanceView view)
    {
        if (view.IsFinal)
        {
            return;
        }

        if (view.Pod is not { } pod)
        {
            view.Status["reason"] = "PodGone: the machine's pod was deleted";
            Enter(view, InstancePhases.Failed);
            Set(view, "Ready", "False", "PodNotExists", "pod has not yet been scheduled or is gone");
            return;
        }

        JsonObject json = StoredJson.Read(pod.Stored);
        ObserveNode(view, pod, json);
        InstanceClaims.Describe(view);
        Enter(view, PhaseOf(pod, json, view.Phase));
        if (view.IsFinal)
        {
            KeepReason(view, json);
        }

        ObserveInterfaces(view, json);
        ObserveConditions(view, pod, json);
    }

    /// <summary>What is known before the machine runs.</summary>
    public static void Describe(InstanceView view, V1VirtualMachineInstance instance)
    {
        GuestSize size = GuestSize.Of(instance.Spec.Domain);
        view.Status["machine"] = new JsonObject { ["type"] = instance.Spec.Domain?.Machine?.Type };
        view.Status["currentCPUTopology"] = new JsonObject { ["cores"] = size.Cores, ["sockets"] = size.Sockets, ["threads"] = size.Threads };
        string memory = size.MemoryBytes.ToString(CultureInfo.InvariantCulture);
        view.Status["memory"] = new JsonObject { ["guestAtBoot"] = memory, ["guestCurrent"] = memory, ["guestRequested"] = memory };
        Set(view, "LiveMigratable", "False", "NotSupported", NotMigratable);
    }

    public static void Enter(InstanceView view, string phase)
    {
        if (view.Phase == phase && view.Status["phaseTransitionTimestamps"] is not null)
        {
            return;
        }

        view.Status["phase"] = phase;
        if (view.Status["phaseTransitionTimestamps"] is not JsonArray times)
        {
            view.Status["phaseTransitionTimestamps"] = times = [];
        }

        times.Add(new JsonObject { ["phase"] = phase, ["phaseTransitionTimestamp"] = Timestamps.Seconds(view.Now) });
    }

    public static void Set(InstanceView view, string type, string status, string reason, string message) =>
        StoredJson.SetCondition(view.Json, new ConditionValue(type, status, reason, message), view.Now);

    public static void Remove(InstanceView view, string type)
    {
        if (view.Status.Array("conditions") is { } conditions && view.Status.Items("conditions").FirstOrDefault(c => c.Item.Text("type") == type).Item is { } found)
        {
            conditions.Remove(found);
        }
    }

    private static string PhaseOf(PodView pod, JsonObject json, string before)
    {
        if (pod.HasEnded)
        {
            return pod.Phase;
        }

        bool isRunning = json.Child("status").Items("containerStatuses").Any(c => c.Item.Child("state")?["running"] is not null);
        return isRunning ? InstancePhases.Running
            : before == InstancePhases.Running ? InstancePhases.Running
            : pod.NodeName.Length > 0 ? InstancePhases.Scheduled
            : InstancePhases.Scheduling;
    }

    private static void ObserveNode(InstanceView view, PodView pod, JsonObject json)
    {
        if (pod.NodeName.Length > 0)
        {
            view.Status["nodeName"] = pod.NodeName;
            if (view.Status.Child("activePods") is { } active && active.ContainsKey(pod.Stored.Uid))
            {
                active[pod.Stored.Uid] = pod.NodeName;
            }
        }

        if (json.Child("status").Text("qosClass") is { } qos)
        {
            view.Status["qosClass"] = qos;
        }
    }

    private static void KeepReason(InstanceView view, JsonObject pod)
    {
        JsonObject? ended = pod.Child("status").Items("containerStatuses").Select(c => c.Item.Child("state", "terminated")).FirstOrDefault(t => t is not null);
        string said = ended.Text("message") is { Length: > 0 } message ? $"{ended.Text("reason")}: {message}" : ended.Text("reason") ?? pod.Child("status").Text("reason") ?? "";
        if (said.Length > 0)
        {
            view.Status["reason"] = said;
        }
    }

    private static void ObserveInterfaces(InstanceView view, JsonObject pod)
    {
        JsonObject? spec = view.Json.Child("spec");
        HashSet<string?> onPodNetwork = [.. spec.Items("networks").Where(n => n.Item["pod"] is not null).Select(n => n.Item.Text("name"))];
        string? ip = pod.Child("status").Text("podIP");
        JsonNode[] interfaces =
        [
            .. spec.Child("domain", "devices").Items("interfaces").Select(i =>
            {
                string name = i.Item.Text("name") ?? "";
                var shown = new JsonObject { ["name"] = name, ["mac"] = i.Item.Text("macAddress") ?? VirtualMachineNames.MacOf(view.Stored.Key.Namespace, view.Stored.Key.Name, name), ["infoSource"] = "domain" };
                if (!string.IsNullOrEmpty(ip) && onPodNetwork.Contains(name))
                {
                    shown["ipAddress"] = ip;
                    shown["ipAddresses"] = new JsonArray(ip);
                }

                return (JsonNode)shown;
            }),
        ];
        if (view.Phase == InstancePhases.Running && interfaces.Length > 0)
        {
            view.Status["interfaces"] = new JsonArray(interfaces);
        }
    }

    private static void ObserveConditions(InstanceView view, PodView pod, JsonObject json)
    {
        Copy(view, json, VirtualMachineNames.PausedCondition, "Paused");
        Copy(view, json, VirtualMachineNames.AgentConnectedCondition, "AgentConnected");
        bool isPaused = StoredJson.ConditionStatus(view.Json, "Paused") == "True";
        if (pod.NodeName.Length == 0 && Condition(json, "PodScheduled") is { } scheduled && scheduled.Text("status") == "False")
        {
            Set(view, "PodScheduled", "False", scheduled.Text("reason") ?? "", scheduled.Text("message") ?? "");
        }
        else
        {
            Remove(view, "PodScheduled");
        }

        JsonObject? waiting = json.Child("status").Items("containerStatuses").Select(c => c.Item.Child("state", "waiting")).FirstOrDefault(w => w is not null);
        if (waiting?.Text("reason") is { } why and not ("ContainerCreating" or "PodInitializing"))
        {
            Set(view, "Synchronized", "False", why, waiting.Text("message") ?? "");
        }
        else
        {
            Remove(view, "Synchronized");
        }

        (string Status, string Reason, string Message) ready = view.Phase switch
        {
            InstancePhases.Succeeded or InstancePhases.Failed => ("False", "PodTerminating", "pod has ended"),
            _ when pod.IsTerminating => ("False", "PodTerminating", "pod is terminating"),
            InstancePhases.Running when isPaused => ("False", "GuestNotRunning", "Guest VM is paused"),
            InstancePhases.Running when pod.IsReady => ("True", "", ""),
            _ => ("False", "GuestNotRunning", "Guest VM is not reported as running"),
        };
        Set(view, "Ready", ready.Status, ready.Reason, ready.Message);
    }

    private static void Copy(InstanceView view, JsonObject pod, string from, string to)
    {
        if (Condition(pod, from) is { } condition && condition.Text("status") == "True")
        {
            Set(view, to, "True", condition.Text("reason") ?? "", condition.Text("message") ?? "");
        }
        else
        {
            Remove(view, to);
        }
    }

    private static JsonObject? Condition(JsonObject obj, string type) =>
        obj.Child("status").Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == type);
}
