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

        ApplySpec(spec);
        spec.Default("enableServiceLinks", true);
        spec.DefaultIfEmpty("serviceAccountName", "default");
        spec["serviceAccount"] = spec["serviceAccountName"]?.DeepClone();
        foreach ((JsonObject container, _) in Containers(spec))
        {
            ContainerDefaults.ApplyToPod(container, spec.Flag("hostNetwork") == true);
        }

        TolerationRules.AddDefaults(spec);
        DefaultStatus(pod, spec);
    }

    /// <summary>What holds of the specs of pods and of templates of pods alike: nothing that admission gives to a pod alone.</summary>
    public static void ApplySpec(JsonObject spec)
    {
        spec.DefaultIfEmpty("restartPolicy", "Always");
        spec.DefaultIfEmpty("dnsPolicy", "ClusterFirst");
        spec.DefaultIfEmpty("schedulerName", WellKnown.DefaultSchedulerName);
        spec.Default("terminationGracePeriodSeconds", TerminationGracePeriodSeconds);
        spec.ObjectOrNew("securityContext");
        DefaultServiceAccount(spec);
        foreach ((JsonObject container, _) in Containers(spec))
        {
            ContainerDefaults.Apply(container);
        }

        foreach ((JsonObject volume, _) in spec.Items("volumes"))
        {
            VolumeDefaults.Apply(volume);
        }

        foreach ((JsonObject toleration, _) in spec.Items("tolerations"))
        {
            TolerationRules.Default(toleration);
        }

        ResourceRules.Canonicalize(spec.Child("overhead"));
    }

    private static IEnumerable<(JsonObject Item, int Index)> Containers(JsonObject spec) => spec.Items("initContainers").Concat(spec.Items("containers")).Concat(spec.Items("ephemeralContainers"));

    // serviceAccount is the old name of serviceAccountName; both are served.
    private static void DefaultServiceAccount(JsonObject spec)
    {
        if (spec.Text("serviceAccount") is { Length: > 0 } old)
        {
            spec.DefaultIfEmpty("serviceAccountName", old);
        }

        if (spec.Text("serviceAccountName") is { Length: > 0 } name)
        {
            spec["serviceAccount"] = name;
        }
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
