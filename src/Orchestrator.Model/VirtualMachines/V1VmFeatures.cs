using System.Text.Json.Serialization;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>Features of board and processor.</summary>
public sealed class V1VmFeatures
{
    /// <summary>ACPI; without it the guest cannot be asked to shut down.</summary>
    [JsonPropertyName("acpi")]
    public V1VmFeatureState? Acpi { get; set; }

    /// <summary>System management mode, for secure boot.</summary>
    [JsonPropertyName("smm")]
    public V1VmFeatureState? Smm { get; set; }

    /// <summary>The interrupt controller.</summary>
    [JsonPropertyName("apic")]
    public V1VmFeatureApic? Apic { get; set; }

    /// <summary>What the guest sees of the hypervisor.</summary>
    [JsonPropertyName("kvm")]
    public V1VmFeatureKvm? Kvm { get; set; }

    /// <summary>Spin locks that know of the hypervisor.</summary>
    [JsonPropertyName("pvspinlock")]
    public V1VmFeatureState? Pvspinlock { get; set; }

    /// <summary>What helps Windows.</summary>
    [JsonPropertyName("hyperv")]
    public V1VmFeatureHyperv? Hyperv { get; set; }

    [JsonPropertyName("hypervPassthrough")]
    [Unsupported]
    public object? HypervPassthrough { get; set; }
}

/// <summary>Whether it is on.</summary>
public sealed class V1VmFeatureState
{
    /// <summary>True by default.</summary>
    [JsonPropertyName("enabled")]
    public bool? Enabled { get; set; }
}

/// <summary>The interrupt controller.</summary>
public sealed class V1VmFeatureApic
{
    /// <summary>It cannot be switched off.</summary>
    [JsonPropertyName("enabled")]
    public bool? Enabled { get; set; }

    [JsonPropertyName("endOfInterrupt")]
    [NoEffect("has no effect")]
    public bool? EndOfInterrupt { get; set; }
}

/// <summary>What the guest sees of the hypervisor.</summary>
public sealed class V1VmFeatureKvm
{
    /// <summary>True hides it.</summary>
    [JsonPropertyName("hidden")]
    public bool? Hidden { get; set; }
}

/// <summary>What helps Windows.</summary>
public sealed class V1VmFeatureHyperv
{
    [JsonPropertyName("relaxed")]
    public V1VmFeatureState? Relaxed { get; set; }

    [JsonPropertyName("vapic")]
    public V1VmFeatureState? Vapic { get; set; }

    [JsonPropertyName("spinlocks")]
    public V1VmFeatureSpinlocks? Spinlocks { get; set; }

    [JsonPropertyName("vpindex")]
    public V1VmFeatureState? Vpindex { get; set; }

    [JsonPropertyName("runtime")]
    public V1VmFeatureState? Runtime { get; set; }

    [JsonPropertyName("synic")]
    public V1VmFeatureState? Synic { get; set; }

    [JsonPropertyName("synictimer")]
    public V1VmFeatureState? Synictimer { get; set; }

    [JsonPropertyName("reset")]
    public V1VmFeatureState? Reset { get; set; }

    [JsonPropertyName("frequencies")]
    public V1VmFeatureState? Frequencies { get; set; }

    [JsonPropertyName("reenlightenment")]
    public V1VmFeatureState? Reenlightenment { get; set; }

    [JsonPropertyName("tlbflush")]
    public V1VmFeatureState? Tlbflush { get; set; }

    [JsonPropertyName("ipi")]
    public V1VmFeatureState? Ipi { get; set; }

    [JsonPropertyName("vendorid")]
    [Unsupported]
    public object? Vendorid { get; set; }

    [JsonPropertyName("evmcs")]
    [Unsupported]
    public object? Evmcs { get; set; }
}

/// <summary>Retries of spin locks.</summary>
public sealed class V1VmFeatureSpinlocks
{
    /// <summary>True by default.</summary>
    [JsonPropertyName("enabled")]
    public bool? Enabled { get; set; }

    /// <summary>Retries; 4096 by default.</summary>
    [JsonPropertyName("spinlocks")]
    public int? Spinlocks { get; set; }
}

/// <summary>The machine's clock.</summary>
public sealed class V1VmClock
{
    /// <summary>The clock runs in UTC, which is the default.</summary>
    [JsonPropertyName("utc")]
    public V1VmClockUtc? Utc { get; set; }

    [JsonPropertyName("timezone")]
    [Unsupported("is not supported: the clock runs in UTC")]
    public string? Timezone { get; set; }

    [JsonPropertyName("timer")]
    [NoEffect("has no effect: the board's own timers are used")]
    public object? Timer { get; set; }
}

/// <summary>A clock in UTC.</summary>
public sealed class V1VmClockUtc
{
    [JsonPropertyName("offsetSeconds")]
    [Unsupported]
    public int? OffsetSeconds { get; set; }
}

/// <summary>What the machine says of its case.</summary>
public sealed class V1VmChassis
{
    [JsonPropertyName("manufacturer")]
    public string? Manufacturer { get; set; }

    [JsonPropertyName("version")]
    public string? Version { get; set; }

    [JsonPropertyName("serial")]
    public string? Serial { get; set; }

    [JsonPropertyName("asset")]
    public string? Asset { get; set; }

    [JsonPropertyName("sku")]
    public string? Sku { get; set; }
}
