using System.Buffers.Binary;
using System.Text;
using k8s.Models;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>A container in the guest's terms. Pure.</summary>
internal static class ContainerDescription
{
    private const int ShareProcessesOfPod = -1;

    [Flags]
    private enum Traits
    {
        None = 0,
        Terminal = 1,
        Input = 2,
        InputOnce = 4,
        ReadOnlyRoot = 8,
        NoNewPrivileges = 16,
        Privileged = 32,
    }

    /// <param name="number">What the guest is to call it.</param>
    /// <param name="request">The container.</param>
    /// <param name="command">What it runs.</param>
    /// <param name="mounts">Where its volumes come from.</param>
    /// <param name="target">Number of the container whose processes it is to be among; null for none.</param>
    /// <exception cref="RuntimeRefusalException">It is longer than the guest takes.</exception>
    public static byte[] Of(uint number, ContainerRequest request, ContainerCommand command, IReadOnlyList<ContainerMount> mounts, uint? target)
    {
        var fields = new GuestFields()
            .Add(GuestTag.Container, number)
            .AddAll(GuestTag.Argument, command.Command)
            .AddAll(GuestTag.Environment, command.Environment.Select(pair => $"{pair.Key}={pair.Value}"))
            .Add(GuestTag.Directory, command.WorkingDirectory)
            .Add(GuestTag.User, command.UserId)
            .Add(GuestTag.Group, command.GroupId)
            .Add(GuestTag.Flags, (long)TraitsOf(request.Container))
            .Add(GuestTag.Capabilities, (long)Capabilities.Of(request.Container.SecurityContext));
        foreach (var group in command.Groups)
        {
            fields.Add(GuestTag.MoreGroup, group);
        }

        foreach (var mount in mounts)
        {
            fields.Add(GuestTag.Mount, MountValue(mount));
        }

        AddLimits(fields, request.Container.Resources);
        var shared = request.Pod.Spec.ShareProcessNamespace is true ? ShareProcessesOfPod : (long?)target;
        if (shared is { } processes)
        {
            fields.Add(GuestTag.Target, processes);
        }

        var description = fields.ToArray();
        return description.Length < GuestFrame.MostPayloadBytes
            ? description
            : throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"arguments and environment have {description.Length} bytes; a machine takes {GuestFrame.MostPayloadBytes}");
    }

    private static Traits TraitsOf(V1Container container)
    {
        var context = container.SecurityContext;
        return (container.Tty is true ? Traits.Terminal : Traits.None)
            | (container.Stdin is true ? Traits.Input : Traits.None)
            | (container.StdinOnce is true ? Traits.InputOnce : Traits.None)
            | (context?.ReadOnlyRootFilesystem is true ? Traits.ReadOnlyRoot : Traits.None)
            | (context?.AllowPrivilegeEscalation is false ? Traits.NoNewPrivileges : Traits.None)
            | (context?.Privileged is true ? Traits.Privileged : Traits.None);
    }

    private static void AddLimits(GuestFields fields, V1ResourceRequirements? resources)
    {
        var size = MachineSizing.Of(resources);
        if (resources?.Limits?.TryGetValue("memory", out var memory) is true)
        {
            fields.Add(GuestTag.MemoryBytes, memory.ToInt64());
        }

        if (size.CpuMillicores is { } limit)
        {
            fields.Add(GuestTag.CpuMillicores, limit);
        }

        // The kernel's own mapping of shares 2..262144 to weights 1..10000.
        fields.Add(GuestTag.CpuWeight, 1 + ((size.CpuShares - 2) * 9999 / 262142));
    }

    private static byte[] MountValue(ContainerMount mount)
    {
        var value = new byte[10];
        value[0] = (byte)(mount.IsMemory ? 'm' : 'v');
        value[1] = mount.ReadOnly ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(2), mount.SizeBytes ?? 0);
        return [.. value, .. Encoding.UTF8.GetBytes(mount.Source), 0, .. Encoding.UTF8.GetBytes(mount.ContainerPath)];
    }
}
