using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>What a pod's writer may leave out, as Kubernetes fills it.</summary>
internal static class PodDefaults
{
    private const int TerminationGracePeriodSeconds = 30;

    public static void Apply(JsonObject pod)
    {
        if (pod.ObjectOrNew("spec") is not { } spec)
        {
            return;
        }

        spec.DefaultIfEmpty("restartPolicy", "Always");
        spec.DefaultIfEmpty("dnsPolicy", "ClusterFirst");
        spec.DefaultIfEmpty("schedulerName", WellKnown.DefaultSchedulerName);
        spec.Default("terminationGracePeriodSeconds", TerminationGracePeriodSeconds);
        spec.Default("enableServiceLinks", true);
        spec.ObjectOrNew("securityContext");
        DefaultServiceAccount(spec);
        bool hostNetwork = spec.Flag("hostNetwork") == true;
        foreach (string list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            foreach ((JsonObject container, _) in spec.Items(list))
            {
                ContainerDefaults.Apply(container, hostNetwork);
            }
        }

        foreach ((JsonObject volume, _) in spec.Items("volumes"))
        {
            VolumeDefaults.Apply(volume);
        }

        foreach ((JsonObject toleration, _) in spec.Items("tolerations"))
        {
            TolerationRules.Default(toleration);
        }

        TolerationRules.AddDefaults(spec);
        ResourceRules.Canonicalize(spec.Child("overhead"));
        DefaultStatus(pod, spec);
    }

    // serviceAccount is the old name of serviceAccountName; both are served.
    private static void DefaultServiceAccount(JsonObject spec)
    {
        string name = spec.Text("serviceAccountName") is { Length: > 0 } given ? given
            : spec.Text("serviceAccount") is { Length: > 0 } old ? old
            : "default";
        spec.DefaultIfEmpty("serviceAccountName", name);
        spec["serviceAccount"] = spec["serviceAccountName"]?.DeepClone();
    }

    private static void DefaultStatus(JsonObject pod, JsonObject spec)
    {
        if (pod.ObjectOrNew("status") is not { } status)
        {
            return;
        }

        status.DefaultIfEmpty("phase", "Pending");
        status.DefaultIfEmpty("qosClass", QosClass.Of(spec));
        if (spec.Array("schedulingGates") is { Count: > 0 } && status["conditions"].IsUnset())
        {
            // Said before the scheduler has seen the pod: it does not look at gated pods at all.
            status["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "PodScheduled",
                ["status"] = "False",
                ["lastProbeTime"] = null,
                ["lastTransitionTime"] = null,
                ["reason"] = "SchedulingGated",
                ["message"] = "Scheduling is blocked due to non-empty scheduling gates",
            });
        }
    }
}
