using System.Security.Cryptography;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>What is wrong with one event, judged by itself.</summary>
[Flags]
public enum EventFault
{
    None = 0,

    /// <summary>Its facts (when, what, the ids of who and whom) are not those that its leaf stands for.</summary>
    Content = 1,

    /// <summary>The name of the actor, of who acted as them, or the address are not those that were committed to.</summary>
    ActorPart = 2,

    /// <summary>The name of the target, the reason or the changes are not those that were committed to.</summary>
    TargetPart = 4,

    /// <summary>It lacks the portal's mark: it was not written by the portal, or before it was sealed changed by somebody else.</summary>
    Origin = 8,
}

public static class EventCheck
{
    /// <summary>The faults of an event that is neither a stub nor older than the seals.</summary>
    public static EventFault FaultsOf(AuditEvent e, byte[] macKey)
    {
        using var mac = Mac(macKey);
        return FaultsOf(e, mac);
    }

    /// <summary>The same for whoever checks many: OpenSSL takes longer to begin with a key than to go on with it. One mac serves one thread.</summary>
    public static EventFault FaultsOf(AuditEvent e, IncrementalHash mac)
    {
        var faults = EventFault.None;
        if (e.ActorSalt is { } actorSalt ? !Same(AuditFormat.ActorCommitment(actorSalt, e.ActorName, e.ImpersonatorName, e.Address), e.ActorCommitment) : !IsActorErased(e))
            faults |= EventFault.ActorPart;
        if (e.TargetSalt is { } targetSalt ? !Same(AuditFormat.TargetCommitment(targetSalt, e.TargetName, e.Reason, e.Changes), e.TargetCommitment) : !IsTargetErased(e))
            faults |= EventFault.TargetPart;
        if (!Same(AuditFormat.Leaf(e), e.Leaf))
            faults |= EventFault.Content;
        if (e.Leaf is null || !IsMarked(e.Leaf, e.LeafMac, mac))
            faults |= EventFault.Origin;
        return faults;
    }

    public static IncrementalHash Mac(byte[] key) => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

    public static bool IsActorErased(AuditEvent e) => e is { ActorSalt: null, ActorCommitment: not null, ActorName.Length: 0, ImpersonatorName: null or "", Address: null or "" };

    public static bool IsTargetErased(AuditEvent e) => e is { TargetSalt: null, TargetCommitment: not null, TargetName: null or "", Reason: null or "", Changes: null or "" };

    private static bool IsMarked(byte[] leaf, byte[]? mark, IncrementalHash mac)
    {
        Span<byte> due = stackalloc byte[AuditFormat.HashLength];
        mac.AppendData(leaf);
        mac.GetHashAndReset(due);
        return due.SequenceEqual(mark);
    }

    private static bool Same(byte[] one, byte[]? other) => other is not null && one.AsSpan().SequenceEqual(other);
}
