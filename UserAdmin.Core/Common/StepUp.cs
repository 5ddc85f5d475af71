namespace UserAdmin.Core.Common;

/// <summary>Sensitive acts ask that the actor proved who they are in the last ten minutes (ASVS 7.5.3).</summary>
public static class StepUp
{
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    public static readonly Problem Needed = new(ProblemKind.StepUp, "step_up.needed", "Confirm that it's you, then do this again.");

    public static readonly Problem NotWhileActing = new(ProblemKind.NotAllowed, "step_up.not_while_acting", "This is closed while you act as somebody else. Stop acting first.");

    public static readonly Problem NotWithToken = new(ProblemKind.NotAllowed, "step_up.not_with_token", "This is closed to access tokens. Sign in yourself.");

    extension(Actor actor)
    {
        /// <summary>Jobs and the command line prove nothing and needn't. Whoever acts as somebody else can't prove to be them, so that everything sensitive is closed.</summary>
        public bool NeedsStepUpAt(DateTimeOffset now) => actor.Kind != ActorKind.System && (actor.Impersonator is not null || actor.AuthenticatedAt + Fresh <= now);
    }
}
