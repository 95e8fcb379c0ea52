using System.Text.Json.Serialization;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>A disk: exactly one of disk, lun and cdrom.</summary>
public sealed class V1VmDisk
{
    /// <summary>Names its volume.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    /// <summary>A disk; the default.</summary>
    [JsonPropertyName("disk")]
    public V1VmDiskTarget? Disk { get; set; }

    /// <summary>A disk that takes SCSI commands.</summary>
    [JsonPropertyName("lun")]
    public V1VmLunTarget? Lun { get; set; }

    /// <summary>A CD-ROM drive.</summary>
    [JsonPropertyName("cdrom")]
    public V1VmCdRomTarget? Cdrom { get; set; }

    /// <summary>Devices are booted from in this order, from 1; those without are not booted from where any has one.</summary>
    [JsonPropertyName("bootOrder")]
    public int? BootOrder { get; set; }

    /// <summary>What the guest sees as the disk's serial number.</summary>
    [JsonPropertyName("serial")]
    public string? Serial { get; set; }

    /// <summary>none, writethrough or writeback.</summary>
    [JsonPropertyName("cache")]
    public string? Cache { get; set; }

    /// <summary>native, threads or io_uring (which is served as threads).</summary>
    [JsonPropertyName("io")]
    public string? Io { get; set; }

    /// <summary>Sizes of its blocks.</summary>
    [JsonPropertyName("blockSize")]
    public V1VmBlockSize? BlockSize { get; set; }

    /// <summary>What an error of the disk does: stop, report, ignore or enospace (stop where it is for want of room).</summary>
    [JsonPropertyName("errorPolicy")]
    public string? ErrorPolicy { get; set; }

    [JsonPropertyName("dedicatedIOThread")]
    [NoEffect("has no effect: each machine's disks are served by its one emulator thread")]
    public bool? DedicatedIOThread { get; set; }

    [JsonPropertyName("tag")]
    [NoEffect("has no effect")]
    public string? Tag { get; set; }

    [JsonPropertyName("shareable")]
    [Unsupported("is not supported: a disk that is written belongs to one machine")]
    public bool? Shareable { get; set; }

    [JsonPropertyName("changedBlockTracking")]
    [Unsupported]
    public bool? ChangedBlockTracking { get; set; }
}

/// <summary>A disk.</summary>
public sealed class V1VmDiskTarget
{
    /// <summary>virtio, sata, scsi or usb; sata by default, as in KubeVirt.</summary>
    [JsonPropertyName("bus")]
    public string? Bus { get; set; }

    [JsonPropertyName("readonly")]
    public bool? Readonly { get; set; }

    [JsonPropertyName("pciAddress")]
    [Unsupported]
    public string? PciAddress { get; set; }
}

/// <summary>A disk that takes SCSI commands.</summary>
public sealed class V1VmLunTarget
{
    /// <summary>virtio, sata or scsi.</summary>
    [JsonPropertyName("bus")]
    public string? Bus { get; set; }

    [JsonPropertyName("readonly")]
    public bool? Readonly { get; set; }

    [JsonPropertyName("reservation")]
    [Unsupported]
    public bool? Reservation { get; set; }
}

/// <summary>A CD-ROM drive.</summary>
public sealed class V1VmCdRomTarget
{
    /// <summary>sata or scsi.</summary>
    [JsonPropertyName("bus")]
    public string? Bus { get; set; }

    /// <summary>True by default.</summary>
    [JsonPropertyName("readonly")]
    public bool? Readonly { get; set; }

    /// <summary>open or closed.</summary>
    [JsonPropertyName("tray")]
    public string? Tray { get; set; }
}

/// <summary>Sizes of blocks.</summary>
public sealed class V1VmBlockSize
{
    [JsonPropertyName("custom")]
    public V1VmCustomBlockSize? Custom { get; set; }

    [JsonPropertyName("matchVolume")]
    [Unsupported]
    public object? MatchVolume { get; set; }
}

/// <summary>Sizes of blocks, in bytes.</summary>
public sealed class V1VmCustomBlockSize
{
    [JsonPropertyName("logical")]
    public int? Logical { get; set; }

    [JsonPropertyName("physical")]
    public int? Physical { get; set; }

    [JsonPropertyName("discardGranularity")]
    public int? DiscardGranularity { get; set; }
}
