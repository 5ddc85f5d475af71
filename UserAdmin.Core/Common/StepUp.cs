namespace UserAdmin.Core.Common;

/// <summary>Sensitive acts ask that the actor proved who they are in the last ten minutes (ASVS 7.5.3).</summary>
public static class StepUp
{
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    public static readonly Problem Needed = new(ProblemKind.StepUp, "step_up.needed", "Confirm that it's you, then do this again.");

    extension(Actor actor)
    {
        /// <summary>Jobs and the command line prove nothing and needn't.</summary>
        public bool NeedsStepUpAt(DateTimeOffset now) => actor.Kind != ActorKind.System && actor.AuthenticatedAt + Fresh <= now;
    }
}
