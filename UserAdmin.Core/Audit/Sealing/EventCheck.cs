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
        var faults = EventFault.None;
        if (e.ActorSalt is { } actorSalt ? !Same(AuditFormat.ActorCommitment(actorSalt, e.ActorName, e.ImpersonatorName, e.Address), e.ActorCommitment) : !IsActorErased(e))
            faults |= EventFault.ActorPart;
        if (e.TargetSalt is { } targetSalt ? !Same(AuditFormat.TargetCommitment(targetSalt, e.TargetName, e.Reason, e.Changes), e.TargetCommitment) : !IsTargetErased(e))
            faults |= EventFault.TargetPart;
        if (!Same(AuditFormat.Leaf(e), e.Leaf))
            faults |= EventFault.Content;
        if (e.Leaf is null || !Same(HMACSHA256.HashData(macKey, e.Leaf), e.LeafMac))
            faults |= EventFault.Origin;
        return faults;
    }

    public static bool IsActorErased(AuditEvent e) => e is { ActorSalt: null, ActorCommitment: not null, ActorName.Length: 0, ImpersonatorName: null or "", Address: null or "" };

    public static bool IsTargetErased(AuditEvent e) => e is { TargetSalt: null, TargetCommitment: not null, TargetName: null or "", Reason: null or "", Changes: null or "" };

    private static bool Same(byte[] one, byte[]? other) => other is not null && one.AsSpan().SequenceEqual(other);
}
